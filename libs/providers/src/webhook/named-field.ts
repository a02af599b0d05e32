import type { FieldError } from '#libs/contracts';

/** Most fields that one failure names. */
const MOST_FIELDS = 10;

/**
 * A field as a provider's answer calls it, such as `personalizations.0.to.0.email`: its known names and the numbers
 * between them. What follows the first unknown step is left out: names of headers and variables are upstream's, and no
 * text of a provider is passed on. Undefined: it names no known field.
 * @param words every name of a field that the provider's API has
 */
export function namedField(text: string, words: ReadonlySet<string>): string | undefined {
  const steps = text.split('.');
  const strange = steps.findIndex((step) => !words.has(step) && !/^\d{1,4}$/.test(step));
  const known = strange < 0 ? steps : steps.slice(0, strange);
  return known.length === 0 || /^\d/.test(known[0]!) ? undefined : known.join('.');
}

/** Fields that a provider refused, as those of a failure: each once. `provider`: as it is written, such as SendGrid. */
export function refusedFields(fields: readonly (string | undefined)[], provider: string): { fields?: FieldError[] } {
  const named = [...new Set(fields)].filter((field) => field !== undefined).slice(0, MOST_FIELDS);
  return named.length === 0
    ? {}
    : { fields: named.map((field) => ({ field, rule: `is refused by ${provider}, which calls the field so` })) };
}
