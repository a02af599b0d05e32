import { z } from 'zod';

/**
 * A lone surrogate (half of a character in UTF-16) cannot be stored: PostgreSQL refuses it, and UTF-8 has no bytes for
 * it.
 */
export const NOT_WELL_FORMED = 'must be well-formed Unicode: it holds half of a surrogate pair';
export const HOLDS_NUL = 'must not contain the character NUL (U+0000)';

/**
 * C0 and C1 controls and the separators of lines and paragraphs, by which a text could inject a header or a log line.
 */
const noControl = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/u;

/** Whether a text has neither line breaks nor control characters. */
export const isOneLine = (text: string): boolean => noControl.test(text);

/** Whether a text has control characters other than tab and line break. */
export const holdsControls = (text: string): boolean =>
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text);

/** The rule that a text breaks, in words; undefined: it can be stored and sent. */
export function textProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return NOT_WELL_FORMED;
  return text.includes('\0') ? HOLDS_NUL : undefined;
}

/** One line of text, 1 to `max` UTF-16 units, fit for a mail header. */
export const oneLine = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(noControl, 'must not contain line breaks or control characters')
    .refine((text) => text.isWellFormed(), NOT_WELL_FORMED);

/** Text of any number of lines, at most `max` UTF-16 units; may be empty. */
export const multiLine = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.isWellFormed(), NOT_WELL_FORMED)
    .refine((text) => !text.includes('\0'), HOLDS_NUL);

/** The first `max` UTF-16 units of a text, one fewer where the cut would split a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

const unstorable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/**
 * Repairs a text from outside, such as a webhook's, whose author cannot correct it. Lone surrogates become U+FFFD;
 * controls other than tab and line break are removed. At most `max` UTF-16 units remain.
 */
export function repairText(text: string, max = Infinity): string {
  return cutText(text.toWellFormed().replace(unstorable, ''), max);
}

/** As `repairText`, for a text of one line: line breaks become blanks. */
export function repairLine(text: string, max = Infinity): string {
  return cutText(repairText(text.replace(/[\t\n\r\u0085\u2028\u2029]+/g, ' ')), max);
}

/**
 * Applies `repairText` to every text and field name in a parsed JSON value. Values below `depth` levels are left out.
 */
export function repairTexts(value: unknown, depth = 64): unknown {
  if (typeof value === 'string') return repairText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((item) => repairTexts(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [repairText(name), repairTexts(item, depth - 1)]),
  );
}
