import { senderScope } from '#libs/contracts';

/** An address in Twilio's form: `+12025550123`, `whatsapp:+12025550123`, `rcs:shop_agent`, `messenger:1234`. */
export interface TwilioAddress {
  /** The prefix; `sms` where there is none. */
  kind: string;
  /** The number or name. With an unknown prefix it keeps the prefix, so that it is never read as a phone number. */
  own: string;
}

/** Prefixes whose addresses are phone numbers. */
const ofNumbers = new Set(['whatsapp', 'rcs']);

export function readAddress(address: string): TwilioAddress {
  const [, prefix, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(address) ?? [];
  if (prefix === undefined) return { kind: 'sms', own: address };
  const kind = prefix.toLowerCase();
  return { kind, own: ofNumbers.has(kind) ? rest! : address };
}

/** The scopes of a text's sender: its own address, and the messaging service that it belongs to. */
export function sendersOf(own: string | undefined, service: string | undefined): string[] {
  return [own, service].flatMap((sender) => (sender ? [senderScope(sender)] : []));
}
