import { emailIdentity } from './email-address.ts';
import { phoneIdentity } from './phone-number.ts';

/** Kinds of address whose part after the colon is an e-mail address or a phone number. */
const understood = /^(?:mailto|tel|sms|whatsapp|rcs):/i;
const ofSomeKind = /^[a-z][a-z0-9.+-]{1,31}:\S+$/i;

/**
 * The text that is hashed for a recipient, the same for every spelling of an address. An address of an unknown kind
 * (`xyz:+12025550123`) is a recipient of its own, not the phone number that it contains.
 */
export function recipientIdentity(address: string): string {
  const text = address.trim();
  if (ofSomeKind.test(text) && !understood.test(text)) return text.toLowerCase();
  return text.includes('@') ? emailIdentity(text) : phoneIdentity(text);
}
