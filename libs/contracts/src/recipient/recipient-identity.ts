import { emailIdentity } from './email-address.ts';
import { phoneIdentity } from './phone-number.ts';

/** Kinds of address whose part after the colon is an e-mail address or a phone number. */
const understood = /^(?:mailto|tel|sms|whatsapp|rcs):/i;
const ofSomeKind = /^[a-z][a-z0-9.+-]{1,31}:\S+$/i;

/**
 * One text for one recipient, whichever spelling of an address is given: what is hashed. An address of a kind that is
 * not known (`xyz:+12025550123`) is somebody of its own, and not the phone number that it looks like.
 */
export function recipientIdentity(address: string): string {
  const text = address.trim();
  if (ofSomeKind.test(text) && !understood.test(text)) return text.toLowerCase();
  return text.includes('@') ? emailIdentity(text) : phoneIdentity(text);
}
