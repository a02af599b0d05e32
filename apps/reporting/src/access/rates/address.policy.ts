import ipaddr from 'ipaddr.js';

/**
 * What failed attempts are counted by: the caller's IP address; of IPv6 its network of 64 bits, which one caller has
 * to himself.
 * @param socketAddress who has opened the connection
 * @param forwardedFor X-Forwarded-For: each proxy appends the address that it saw
 * @param trustedProxies how many proxies of ours stand before the service. What is left of the address that the
 * outermost of them saw was written by the caller, and may be anything.
 */
export function addressOf(
  socketAddress: string,
  forwardedFor: string | readonly string[] | undefined,
  trustedProxies: number,
): string {
  const named = [forwardedFor ?? []]
    .flat()
    .flatMap((header) => header.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const hops = [...named, socketAddress];
  return networkOf(hops[Math.max(0, hops.length - 1 - trustedProxies)] ?? socketAddress);
}

function networkOf(text: string): string {
  if (!ipaddr.isValid(text)) return 'unknown';
  const address = ipaddr.process(text);
  return address.kind() === 'ipv4' ? address.toString() : address.toByteArray().slice(0, 8).join('.');
}
