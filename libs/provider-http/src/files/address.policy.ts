import ipaddr from 'ipaddr.js';

/** Addresses, or networks such as 10.1.0.0/16, that may be fetched from although they are not public. */
export type AllowedAddresses = readonly string[];

/** Public by its number, but every machine of that cloud reaches its own host's services there (Azure's WireServer). */
const inside = new Set(['168.63.129.16']);
/** The IPv6 range that IANA assigns to the internet. Other ranges include old forms that embed any IPv4 address. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether a file may be fetched from this address: only from the public internet, so that the URL in a request cannot
 * reach servers beside this service. IPv6 forms that embed an IPv4 address count as that address, or are refused.
 */
export function mayFetchFrom(address: string, allowed: AllowedAddresses): boolean {
  if (!ipaddr.isValid(address)) return false;
  const real = ipaddr.process(address);
  return isPublic(real) || allowed.some((entry) => covers(entry, real));
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || inside.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast);
}

function covers(entry: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const [network, bits] = networkOf(entry);
  return network.kind() === address.kind() && address.match(network, bits);
}

/** @throws for a text that is neither an address nor a network */
function networkOf(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (entry.includes('/')) return ipaddr.parseCIDR(entry);
  const address = ipaddr.parse(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** The entries of a setting, separated by commas; undefined where one of them is no address. */
export function readAddresses(text: string): AllowedAddresses | undefined {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.every((entry) => (entry.includes('/') ? ipaddr.isValidCIDR(entry) : ipaddr.isValid(entry)))
    ? entries
    : undefined;
}

/** Why a URL may not be fetched; undefined: it may be, once its address is known. */
export function isFetchable(url: URL): boolean {
  return url.protocol === 'https:' && url.username === '' && url.password === '';
}
