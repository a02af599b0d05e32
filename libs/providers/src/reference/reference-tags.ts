/** Maximum length of a tag's value (Resend: ASCII letters, digits, _ and -). */
const MOST = 256;

const escapes: Readonly<Record<string, string>> = { _: '__', '.': '_d', ':': '_c' };
const plain: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(escapes).map(([character, escape]) => [escape, character]),
);

/**
 * The fields of a reference as tags, for providers whose tags allow only letters, digits, _ and -: `.` is written as
 * `_d`, `:` as `_c`, `_` as `__`. A value too long for one tag continues in `<name>_2`.
 */
export function toTags(fields: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(fields).flatMap(([name, text]) => {
    const value = text.replace(/[_.:]/g, (character) => escapes[character]!);
    if (value.length <= MOST) return [{ name, value }];
    return [
      { name, value: value.slice(0, MOST) },
      { name: `${name}_2`, value: value.slice(MOST) },
    ];
  });
}

/** The fields that `toTags` wrote; other tags are returned decoded as far as possible. */
export function fromTags(tags: Readonly<Record<string, unknown>>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(tags)) {
    if (typeof value !== 'string' || (name.endsWith('_2') && name.slice(0, -2) in tags)) continue;
    const rest = tags[`${name}_2`];
    const whole = typeof rest === 'string' ? value + rest : value;
    fields[name] = whole.replace(/_[_dc]/g, (escape) => plain[escape]!);
  }
  return fields;
}
