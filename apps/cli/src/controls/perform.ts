import { setTimeout as delay } from 'node:timers/promises';
import { type ControlTarget, wordsOfTarget } from '#libs/contracts';
import type { Env } from '../environment/env.ts';
import { ReportingApi } from '../environment/reporting-api.ts';

/** An operation as the API shows it. */
interface ShownOperation {
  operationId: string;
  kind: string;
  state: string;
  missing: string[];
  counts: Record<string, number>;
  services: { service: string; state: string | null; reason: string | null }[];
}

/** A control as the API lists it. */
interface ShownControl {
  key: string;
  kind: 'pause' | 'cancel' | 'lift';
  inForce: boolean;
  target?: ControlTarget;
  rule?: Record<string, string>;
  holdId?: string;
  reason: string;
  by: string;
  at: string;
  until: string | null;
  operationId: string;
}

export interface Manner {
  json: boolean;
  /** Not to wait until each service is done. */
  noWait: boolean;
}

const FAILED = 1;
const LOOK_MS = 500;
/** Longer than a claim protects its holder, in milliseconds. */
const WAIT_MS = 90_000;

/** Orders an operation and waits until every service is done with it. @param path below `/v1/controls/` */
export async function order(env: Env, path: string, body: object, { json, noWait }: Manner): Promise<number> {
  const api = new ReportingApi(env);
  let operation = await api.call<ShownOperation>('POST', `controls/${path}`, body);
  if (!json) console.log(`${operation.operationId}: ${operation.kind} ordered.`);
  const end = performance.now() + (noWait ? 0 : WAIT_MS);
  while (isOpen(operation) && performance.now() < end) {
    await delay(LOOK_MS);
    operation = await api.call<ShownOperation>('GET', `operations/${encodeURIComponent(operation.operationId)}`);
  }
  console.log(json ? JSON.stringify(operation, null, 2) : wordsOf(operation));
  return operation.state === 'failed' || operation.state === 'stopped' ? FAILED : 0;
}

const isOpen = ({ state }: ShownOperation) => !['done', 'failed', 'stopped'].includes(state);

function wordsOf({ state, services, counts, missing }: ShownOperation): string {
  const each = services.map(
    (service) => `  ${service.service.padEnd(6)} ${service.state ?? 'has said nothing'}${why(service.reason)}`,
  );
  const counted = Object.entries(counts).map(([name, count]) => `${name}: ${count}`);
  return [
    `It is ${state}${counted.length > 0 ? ` (${counted.join(', ')})` : ''}.`,
    ...each,
    ...(missing.length > 0 ? [`Look whether these run: ${missing.join(', ')}.`] : []),
  ].join('\n');
}

const why = (reason: string | null) => (reason === null ? '' : `: ${reason}`);

/** Shows how many messages a cancellation would be about. */
export async function preview(env: Env, body: object, json: boolean): Promise<number> {
  const counted = await new ReportingApi(env).call<{ messages: number; byStatus: Record<string, number> }>(
    'POST',
    'controls/cancel/preview',
    body,
  );
  if (json) console.log(JSON.stringify(counted, null, 2));
  else {
    const each = Object.entries(counted.byStatus).map(([status, messages]) => `  ${status.padEnd(12)} ${messages}`);
    console.log([`${counted.messages} message(s) have not ended that it is about.`, ...each].join('\n'));
  }
  return 0;
}

/** Lists what is in force. @param ended also what is over */
export async function list(env: Env, ended: boolean, json: boolean): Promise<number> {
  const api = new ReportingApi(env);
  const controls: ShownControl[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: ShownControl[]; nextCursor: string | null } = await api.call(
      'GET',
      `controls?limit=500&ended=${ended}&cursor=${cursor}`,
    );
    controls.push(...page.items);
    cursor = page.nextCursor;
  }
  if (json) console.log(JSON.stringify({ controls }, null, 2));
  else console.log(controls.length === 0 ? 'Nothing is paused.' : controls.map(lineOf).join('\n'));
  return 0;
}

function lineOf(control: ShownControl): string {
  const { inForce, by, at, until, reason } = control;
  const end = inForce ? (until === null ? 'until resumed' : `until ${until}`) : 'over';
  return [aboutOf(control), `by ${by} at ${at}`, end, reason].join('  ');
}

function aboutOf({ kind, target, rule, holdId }: ShownControl): string {
  if (target) return `${kind}  ${wordsOfTarget(target)}`;
  if (rule)
    return `${kind}  ${Object.entries(rule)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`;
  return `${kind}  hold ${holdId}`;
}
