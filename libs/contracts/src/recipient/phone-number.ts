import { parsePhoneNumberFromString, type PhoneNumber as NumberPlan } from 'libphonenumber-js/max';
import { z } from 'zod';

/** One phone number, however it was written. All three forms are E.164. */
export interface ReadNumber {
  /** As written, without prefixes for calls within the country, such as a trunk 0 or 1. WhatsApp uses this form. */
  written: string;
  /** The form of the networks: texts are sent to it. */
  number: string;
  /** The same for every spelling: hashes, suppressions and conversations use it. */
  identity: string;
  /** What the numbering plan says about `number`. */
  plan: NumberPlan;
}

interface DoubleSpelling {
  written: RegExp;
  identity: string;
  /** Whether both forms reach the same phone on its network; then `number` stays as written. */
  bothDialled?: true;
}

/**
 * Mobile numbers that are written in two ways: WhatsApp and old address books keep a form that the numbering plan has
 * left.
 * - Mexico: no 1 after +52 since 3 August 2019 (IFT, Plan Técnico Fundamental de Numeración); WhatsApp ids have it.
 * - Brazil: a 9 before the eight digits of mobiles, which began with 6 to 9 (Anatel, Resolução 553/2010); WhatsApp ids
 *   outside the areas 11 to 28 often lack it. Fixed lines begin with 2 to 5.
 * - Argentina: a 9 after +54 for mobiles called from abroad (ENACOM, Plan Fundamental de Numeración Nacional); often
 *   left out.
 * - Benin: 01 before the eight digits of every number since 30 November 2024 (ARCEP Bénin).
 */
const doubleSpellings: readonly DoubleSpelling[] = [
  { written: /^\+521(\d{10})$/, identity: '+52$1' },
  { written: /^\+55([1-9]\d)([6-9]\d{7})$/, identity: '+55$19$2' },
  { written: /^\+54([1-3]\d{9})$/, identity: '+549$1', bothDialled: true },
  { written: /^\+229(\d{8})$/, identity: '+22901$1' },
];

/** Cached, because one message asks several times for the same numbers, and parsing takes about 40 µs. */
const known = new Map<string, ReadNumber | undefined>();
const MOST_KNOWN = 5_000;
/** A text longer than this is not searched for a number. */
const MOST_READ = 100;

/**
 * A number in international form, in any spelling: with blanks, brackets, dashes, full-width digits, `00` instead of
 * `+`, a trunk prefix after the country code, or `tel:`, `sms:`, `whatsapp:`, `rcs:` before it.
 * @returns undefined where there is no country code
 */
export function readPhoneNumber(text: string): ReadNumber | undefined {
  if (text.length > MOST_READ) return undefined;
  if (known.has(text)) return known.get(text);
  const read = parsed(bare(text));
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value!);
  known.set(text, read);
  return read;
}

/** Removes characters that only make a number easier to read. */
function bare(text: string): string {
  if (/^\+\d+$/.test(text)) return text;
  const plain = text
    .normalize('NFKC')
    .trim()
    .replace(/^(?:tel|sms|whatsapp|rcs):/i, '')
    .replace(/;.*$/s, '');
  return plain.replace(/[\s().\-/\u2010-\u2015\u2212\p{Cf}]/gu, '').replace(/^00(?=[1-9])/, '+');
}

function parsed(text: string): ReadNumber | undefined {
  const plan = /^\+[1-9]\d{2,17}$/.test(text) ? parsePhoneNumberFromString(text, { extract: false }) : undefined;
  if (!plan) return undefined;
  const written: string = plan.number;
  const double = doubleSpellings.find((one) => one.written.test(written));
  if (!double) return { written, number: written, identity: written, plan };
  const identity = written.replace(double.written, double.identity);
  if (double.bothDialled) return { written, number: written, identity, plan };
  return {
    written,
    number: identity,
    identity,
    plan: parsePhoneNumberFromString(identity, { extract: false }) ?? plan,
  };
}

/** One spelling for a number; any other text is returned unchanged. */
export const phoneIdentity = (text: string): string => readPhoneNumber(text)?.identity ?? text;

/** The country of a phone number, ISO 3166; undefined for any other text, and for numbers of no country. */
export const countryOfNumber = (text: string): string | undefined => readPhoneNumber(text)?.plan.country;

/**
 * A number without its country's trunk prefix; any other text, such as a short code or a name, is returned unchanged.
 */
export const asWritten = (text: string): string =>
  text.startsWith('+') ? (readPhoneNumber(text)?.written ?? text) : text;

/** E.164, 7 to 15 digits. A trunk prefix after the country code is removed: `+112025552177` becomes `+12025552177`. */
export const PhoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number in E.164 form, such as +14155550100')
  .transform(asWritten);
