/** One comparison of an Email Activity query, such as `to_email="ada@example.org"`. */
export interface Condition {
  field: string;
  /** The key inside `unique_args['…']`. */
  argument: string | null;
  operator: '=' | '!=' | 'LIKE';
  value: string;
}

export type ParsedQuery = { ok: true; conditions: Condition[] } | { ok: false; message: string };

const known = new Set([
  'msg_id',
  'from_email',
  'subject',
  'to_email',
  'status',
  'template_id',
  'categories',
  'unique_args',
]);
const comparison = /^\(?\s*([a-z_]+)(?:\['([^']*)'\])?\s*(=|!=|LIKE)\s*"((?:[^"\\]|\\.)*)"\s*\)?$/i;

/** Parses comparisons joined by AND: the part of the query language that a look-up needs. */
export function parseQuery(query: string): ParsedQuery {
  const conditions: Condition[] = [];
  for (const part of partsOf(query)) {
    const [, field = '', argument = null, operator = '', value = ''] = comparison.exec(part.trim()) ?? [];
    if (field === '') return { ok: false, message: `invalid syntax: '${part.trim().slice(0, 100)}'` };
    if (!known.has(field)) return { ok: false, message: `invalid syntax: '${field}' is not a known field` };
    if ((field === 'unique_args') !== (argument !== null))
      return { ok: false, message: `invalid syntax: '${field}' takes ${argument === null ? 'a' : 'no'} key` };
    conditions.push({
      field,
      argument,
      operator: operator.toUpperCase() as Condition['operator'],
      value: value.replace(/\\(.)/g, '$1'),
    });
  }
  return { ok: true, conditions };
}

/** Splits at AND outside quotes. */
function partsOf(query: string): string[] {
  if (query.trim() === '') return [];
  const parts = query.match(/(?:"(?:[^"\\]|\\.)*"|(?!\sAND\s)[^"])+/gi) ?? [];
  return parts.map((part) => part.replace(/^\s*AND\s/i, ''));
}

export function matches(value: string, { operator, value: wanted }: Condition): boolean {
  switch (operator) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case 'LIKE':
      return like(value, wanted);
  }
}

function like(value: string, pattern: string): boolean {
  const parts = pattern.split('%').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(value);
}
