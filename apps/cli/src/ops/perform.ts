import { setTimeout as delay } from 'node:timers/promises';
import type { OperationList, OperationResponse } from '../../../reporting/src/operations/responses.ts';
import type { Env } from '../environment/env.ts';
import { queryOf, ReportingApi } from '../environment/reporting-api.ts';

const ENDED = new Set(['done', 'stopped', 'failed']);
/** Most are done at once; what takes longer is asked for less often. */
const LOOK_EVERY_MS = [200, 300, 500, 1_000];

export async function list(env: Env, kind: string | undefined, json: boolean): Promise<number> {
  const { items } = await new ReportingApi(env).call<OperationList>(
    'GET',
    `operations${queryOf({ limit: '50', kind })}`,
  );
  if (json) console.log(JSON.stringify({ operations: items }, null, 2));
  else console.log([...items.map(lineOf), `${items.length} operation(s).`].join('\n'));
  return 0;
}

export async function show(env: Env, id: string, json: boolean): Promise<number> {
  const operation = await find(new ReportingApi(env), id);
  print(operation, json);
  return 0;
}

export async function stop(env: Env, id: string, json: boolean): Promise<number> {
  const api = new ReportingApi(env);
  print(await api.call<OperationResponse>('POST', `operations/${encodeURIComponent(id)}/stop`, {}), json);
  return 0;
}

/** What is done about one message. */
export interface AboutOne {
  what: 'cancel' | 'bring-forward' | 'redrive';
  channel: string;
  messageId: string;
  tenant: string | undefined;
  order: object;
}

export async function aboutOne(env: Env, asked: AboutOne, how: HowToAsk): Promise<number> {
  const { what, channel, messageId, tenant, order } = asked;
  const path = [channel, messageId, what].map(encodeURIComponent).join('/');
  return make(new ReportingApi(env), `messages/${path}${queryOf({ tenant })}`, order, how);
}

export interface HowToAsk {
  /** The caller’s name for it. */
  id: string | undefined;
  /** Returns only when it has ended. */
  wait: boolean;
  /** It is waited for no longer once a service has said nothing for a minute: the operation waits without us. */
  notForMissing?: boolean;
  json: boolean;
}

/** Has an operation made, and shows it. @returns the exit code: 1 where it is waited for and does not end as done */
export async function make(
  api: ReportingApi,
  path: string,
  order: object | undefined,
  { id, wait, json, notForMissing = false }: HowToAsk,
): Promise<number> {
  let operation = await api.call<OperationResponse>('POST', path, order, id);
  for (let look = 0; wait && !ENDED.has(operation.state); look += 1) {
    if (notForMissing && operation.missing.length > 0) break;
    await delay(LOOK_EVERY_MS[Math.min(look, LOOK_EVERY_MS.length - 1)]);
    operation = await find(api, operation.operationId);
  }
  print(operation, json);
  return wait && operation.state !== 'done' ? 1 : 0;
}

const find = (api: ReportingApi, id: string) =>
  api.call<OperationResponse>('GET', `operations/${encodeURIComponent(id)}`);

function print(operation: OperationResponse, json: boolean): void {
  console.log(json ? JSON.stringify(operation, null, 2) : [lineOf(operation), ...detailsOf(operation)].join('\n'));
}

function lineOf({ operationId, kind, state, counts, askedBy, askedAt, missing }: OperationResponse): string {
  const counted = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return [
    operationId,
    kind.padEnd(10),
    state.padEnd(9),
    askedAt,
    askedBy,
    ...(counted.length > 0 ? [counted.join(', ')] : []),
    ...(missing.length > 0 ? [`nothing heard of ${missing.join(', ')}`] : []),
  ].join('  ');
}

const detailsOf = ({ tenants, atMost, reason, stopAskedBy, services }: OperationResponse): string[] => [
  `  tenants: ${tenants === 'all' ? 'all' : tenants.join(', ')}${atMost === null ? '' : `; at most ${atMost}`}`,
  ...(reason === null ? [] : [`  why: ${reason}`]),
  ...services.map(
    ({ service, state, reason: why }) => `  ${service}: ${state ?? 'nothing heard yet'}${why ? `. ${why}` : ''}`,
  ),
  ...(stopAskedBy === null ? [] : [`  to be stopped, says ${stopAskedBy}`]),
];
