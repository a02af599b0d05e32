import type {
  UnreadableBytesResponse,
  UnreadableDetail,
  UnreadableList,
  UnreadableResponse,
} from '../../../reporting/src/unreadable/responses.ts';
import type { Env } from '../environment/env.ts';
import { ReportingApi } from '../environment/reporting-api.ts';

type Cause = NonNullable<UnreadableList['causes']>[number];
type Shown = NonNullable<UnreadableBytesResponse['value']>;

/** @param filter as the API takes it */
export async function list(env: Env, filter: object, json: boolean): Promise<number> {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== undefined));
  const page = await new ReportingApi(env).call<UnreadableList>('GET', `unreadable?${query.toString()}`);
  const { items, nextCursor } = page;
  // Of the first page they are known.
  const causes = page.causes ?? [];
  const more = nextCursor === null ? '' : ' More: --limit, or narrow it by --code, --origin, --since.';
  const total = causes.reduce((sum, { count }) => sum + count, 0);
  const lines = [...causes.map(causeLine), ...(items.length > 0 ? [''] : []), ...items.map(lineOf)];
  console.log(json ? JSON.stringify(page, null, 2) : [...lines, `${total} record(s).${more}`].join('\n'));
  return 0;
}

export async function show(
  env: Env,
  { id, bytes, json }: { id: string; bytes: boolean; json: boolean },
): Promise<number> {
  const api = new ReportingApi(env);
  const path = `unreadable/${encodeURIComponent(id)}`;
  const record = await api.call<UnreadableDetail>('GET', path);
  const revealed = bytes ? await api.call<UnreadableBytesResponse>('GET', `${path}/bytes`) : undefined;
  if (json) console.log(JSON.stringify({ ...record, ...(revealed && { bytes: revealed }) }, null, 2));
  else console.log([...detailLines(record), ...(revealed ? byteLines(revealed) : [])].join('\n'));
  return 0;
}

const causeLine = ({ count, code, origin, keptBy, first, last }: Cause): string =>
  `${String(count).padStart(6)}  ${code.padEnd(22)}  ${origin}${keptBy === null ? '' : `, by ${keptBy}`}` +
  `  ${first === last ? last : `${first} to ${last}`}`;

const lineOf = ({ id, at, code, origin, tenant, messageId, error }: UnreadableResponse): string =>
  [at, id, code, origin, [tenant, messageId].filter(Boolean).join('/') || 'no readable tenant', error ?? ''].join('  ');

function detailLines(record: UnreadableDetail): string[] {
  const { originPartition, originOffset, originLastOffset, tenant, messageId, partition, offset, valueBytes } = record;
  const whose = messageId === null ? '' : `, message ${messageId}`;
  const upTo = originLastOffset === null ? '' : ` to ${originLastOffset}`;
  const where = originPartition === null ? '' : `, partition ${originPartition}, offset ${originOffset}${upTo}`;
  return [
    `${record.code}: ${record.meaning}`,
    ...(record.error === null ? [] : [`  ${record.error}`]),
    `  from ${record.origin}${where}`,
    `  quarantined at ${record.at}${record.keptBy === null ? '' : ` by ${record.keptBy}`}`,
    `  kept in messaging.unreadable, partition ${partition}, offset ${offset}, ${valueBytes} bytes`,
    `  ${tenant === null ? 'no readable tenant' : `tenant ${tenant}`}${whose}`,
    `  Remedy: ${record.remedy}`,
  ];
}

const byteLines = ({ key, value, headers }: UnreadableBytesResponse): string[] => [
  ...Object.entries(headers).map(([name, text]) => `  ${name}: ${printable(text)}`),
  ...shownLines('key', key),
  ...shownLines('value', value),
];

function shownLines(what: string, part: Shown | null): string[] {
  if (part === null) return [`  no ${what}`];
  const cut = part.shown < part.bytes ? `, the first ${part.shown} of ${part.bytes} bytes` : `, ${part.bytes} bytes`;
  return [`  ${what} (${part.encoding}${cut}):`, part.text];
}

/** Headers may hold anything: what a terminal would obey is left out. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
