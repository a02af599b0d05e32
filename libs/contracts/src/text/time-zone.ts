import { oneLine } from './text.ts';

const known = new Set<string>();

/** Whether ICU's copy of the IANA time zone database has the name, in any case. */
export function isTimeZone(name: string): boolean {
  if (known.has(name)) return true;
  // Intl accepts an offset such as +01:00, which says nothing about summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    void new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  // Creating a format costs as much as the rest of a request, so results are cached. There are a few hundred names, in
  // many spellings.
  if (known.size < 1_000) known.add(name);
  return true;
}

export const TimeZone = oneLine(64)
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
  .describe("The recipient's IANA time zone, for quiet hours.");
