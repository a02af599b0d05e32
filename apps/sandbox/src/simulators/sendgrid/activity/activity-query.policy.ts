/** One comparison of an Email Activity query, such as `to_email="ada@example.org"`. */
export interface Condition {
  field: string;
  /** The key inside `unique_args['…']`. */
  argument: string | null;
  operator: '=' | '!=' | 'LIKE';
  value: string;
}

/** `alternatives`: one of them must fit, with all of its conditions. */
export type ParsedQuery = { ok: true; alternatives: Condition[][] } | { ok: false; message: string };

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

/** Parses comparisons joined by AND and OR, of which AND binds closer: the part of the language that look-ups need. */
export function parseQuery(query: string): ParsedQuery {
  const alternatives: Condition[][] = [];
  for (const alternative of partsOf(query, 'OR')) {
    const conditions: Condition[] = [];
    for (const part of partsOf(alternative, 'AND')) {
      const condition = conditionOf(part.trim());
      if (typeof condition === 'string') return { ok: false, message: `invalid syntax: ${condition}` };
      conditions.push(condition);
    }
    alternatives.push(conditions);
  }
  return { ok: true, alternatives };
}

/** A comparison, or what is wrong with it. */
function conditionOf(part: string): Condition | string {
  const [, field = '', argument = null, operator = '', value = ''] = comparison.exec(part) ?? [];
  if (field === '') return `'${part.slice(0, 100)}'`;
  if (!known.has(field)) return `'${field}' is not a known field`;
  if ((field === 'unique_args') !== (argument !== null))
    return `'${field}' takes ${argument === null ? 'a' : 'no'} key`;
  return {
    field,
    argument,
    operator: operator.toUpperCase() as Condition['operator'],
    value: value.replace(/\\(.)/g, '$1'),
  };
}

const splitters = {
  AND: [/(?:"(?:[^"\\]|\\.)*"|(?!\sAND\s)[^"])+/gi, /^\s*AND\s/i],
  OR: [/(?:"(?:[^"\\]|\\.)*"|(?!\sOR\s)[^"])+/gi, /^\s*OR\s/i],
} as const;

/** Splits at a word outside quotes. */
function partsOf(query: string, word: keyof typeof splitters): string[] {
  if (query.trim() === '') return [];
  const [part, lead] = splitters[word];
  return (query.match(part) ?? []).map((each, index) => (index === 0 ? each : each.replace(lead, '')));
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
