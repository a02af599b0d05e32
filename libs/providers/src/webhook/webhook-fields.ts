import { z } from 'zod';
import { timeOf } from './provider-time.ts';
import { isRecord } from './webhook-body.ts';

const filled = (text: string) => (text === '' ? undefined : text);

/**
 * Zod types for the fields of a webhook event. An invalid value (null, another type, too long) counts as missing, so
 * that the rest can still be used. `max`: UTF-16 units.
 */
export const readAs = {
  text: (max: number) => z.string().max(max).transform(filled).optional().catch(undefined),
  flag: () => z.boolean().optional().catch(undefined),
  id: () => z.number().int().positive().optional().catch(undefined),
  time: () => z.unknown().transform(timeOf).optional(),
  textOrNumber: () => z.union([z.string(), z.number()]).optional().catch(undefined),
  /** Texts by name: as an object, or as a list of `{ name, value }`; some providers use both. */
  named: () => z.unknown().transform(namedTexts).optional(),
  /** A list of texts, at most `most`; a single text is a list of one. */
  list: (most: number, max: number) =>
    z
      .unknown()
      .transform((value) => textsOf(value, most, max))
      .optional(),
  part: <S extends z.ZodRawShape>(shape: S) => z.looseObject(shape).optional().catch(undefined),
};

function namedTexts(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const pairs: [unknown, unknown][] = Array.isArray(value)
    ? value.filter(isRecord).map((entry) => [entry['name'], entry['value']])
    : Object.entries(value);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => typeof pair[0] === 'string' && typeof pair[1] === 'string'),
  );
}

function textsOf(value: unknown, most: number, max: number): string[] | undefined {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) return undefined;
  return list
    .filter((entry): entry is string => typeof entry === 'string' && entry !== '' && entry.length <= max)
    .slice(0, most);
}

/**
 * The names of described fields whose values are invalid. `given`: the event as it arrived; `read`: the result of the
 * schema. Null and an empty text count as missing, not as invalid.
 */
export function oddFields(given: unknown, read: unknown, path = ''): string[] {
  if (!isRecord(given) || !isRecord(read)) return [];
  return Object.keys(read).flatMap((name) => {
    const [value, taken] = [given[name], read[name]];
    if (value === null || value === undefined || value === '' || value === taken || taken instanceof Date) return [];
    if (
      taken === undefined ||
      isRecord(value) !== isRecord(taken) ||
      (Array.isArray(taken) && lengthOf(value) !== taken.length)
    )
      return [path + name];
    return oddFields(value, taken, `${path}${name}.`);
  });
}

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : -1);
