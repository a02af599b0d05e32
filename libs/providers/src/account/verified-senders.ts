/** The senders that an account of a provider has verified, as the provider lists them. */
export interface VerifiedSenders {
  /** Lower case. */
  domains: readonly string[];
  /** Single addresses, lower case. */
  addresses?: readonly string[];
  /** A domain stands for those below it as well. */
  withSubdomains?: boolean;
  /** There are more than were read. */
  isPart?: boolean;
}

/** Whether a sender is verified; undefined: that is not known. @param sender an address, such as `news@shop.example` */
export function isVerified(senders: VerifiedSenders | undefined, sender: string): boolean | undefined {
  const domain = sender.slice(sender.lastIndexOf('@') + 1).toLowerCase();
  if (!senders || domain === sender.toLowerCase()) return undefined;
  const { domains, addresses = [], withSubdomains = false, isPart = false } = senders;
  const isListed =
    addresses.includes(sender.toLowerCase()) ||
    domains.some((one) => one === domain || (withSubdomains && domain.endsWith(`.${one}`)));
  return isListed || (isPart ? undefined : false);
}
