import type { FieldError } from '#libs/contracts';

/** Maximum number of fields that one failure names. */
const MOST_FIELDS = 10;

/**
 * A field as a provider's response names it, such as `personalizations.0.to.0.email`: known names and array indexes.
 * The path ends before the first unknown part: names of headers and variables are upstream's, and no text of a provider
 * is passed on. Undefined: no known field.
 * @param words all field names of the provider's API
 */
export function namedField(text: string, words: ReadonlySet<string>): string | undefined {
  const steps = text.split('.');
  const unknown = steps.findIndex((step) => !words.has(step) && !/^\d{1,4}$/.test(step));
  const known = unknown < 0 ? steps : steps.slice(0, unknown);
  return known.length === 0 || /^\d/.test(known[0]!) ? undefined : known.join('.');
}

/** Fields that a provider refused, each once, as those of a failure. `provider`: its display name, such as SendGrid. */
export function refusedFields(fields: readonly (string | undefined)[], provider: string): { fields?: FieldError[] } {
  const named = [...new Set(fields)].filter((field) => field !== undefined).slice(0, MOST_FIELDS);
  return named.length === 0
    ? {}
    : {
        fields: named.map((field) => ({
          field,
          rule: `is refused by ${provider} (this is the name of the field in its API)`,
        })),
      };
}
