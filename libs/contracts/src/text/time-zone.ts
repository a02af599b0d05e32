import { oneLine } from './text.ts';

const known = new Set<string>();

/** Whether the IANA time zone database, as ICU has it, knows the name. Upper and lower case mean the same there. */
export function isTimeZone(name: string): boolean {
  if (known.has(name)) return true;
  // An offset such as +01:00 is taken by Intl, and says nothing about summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    void new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  // Making a format costs as much as the rest of a request; there are a few hundred names, and many ways to write one.
  if (known.size < 1_000) known.add(name);
  return true;
}

export const TimeZone = oneLine(64)
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
  .describe("The recipient's IANA time zone, for quiet hours.");
