import { setTimeout as delay } from 'node:timers/promises';
import { wordsOfTarget } from '#libs/contracts';
import type {
  CancelPreviewResponse,
  ControlList,
  ControlResponse,
  PausePreviewResponse,
} from '../../../reporting/src/controls/responses.ts';
import type { OperationResponse } from '../../../reporting/src/operations/responses.ts';
import type { Env } from '../environment/env.ts';
import { ReportingApi } from '../environment/reporting-api.ts';

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
  const operation = await ordered(new ReportingApi(env), path, body, { json, noWait });
  console.log(json ? JSON.stringify(operation, null, 2) : wordsOf(operation));
  return isFailed(operation) ? FAILED : 0;
}

/** The operation that was ordered, as far as it is once it has ended or has taken too long. @param path as `order` */
export async function ordered(
  api: ReportingApi,
  path: string,
  body: object,
  { json, noWait }: Manner,
): Promise<OperationResponse> {
  let operation = await api.call<OperationResponse>('POST', `controls/${path}`, body);
  if (!json) console.log(`${operation.operationId}: ${operation.kind} ordered.`);
  const end = performance.now() + (noWait ? 0 : WAIT_MS);
  while (isOpen(operation) && performance.now() < end) {
    await delay(LOOK_MS);
    operation = await api.call<OperationResponse>('GET', `operations/${encodeURIComponent(operation.operationId)}`);
  }
  return operation;
}

const isOpen = ({ state }: OperationResponse) => !['done', 'failed', 'stopped'].includes(state);

export const isFailed = ({ state }: OperationResponse): boolean => state === 'failed' || state === 'stopped';

/** How far an operation is, in plain words. */
export function wordsOf({ state, services, counts, missing }: OperationResponse): string {
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
  const counted = await new ReportingApi(env).call<CancelPreviewResponse>('POST', 'controls/cancel/preview', body);
  if (json) console.log(JSON.stringify(counted, null, 2));
  else {
    const each = Object.entries(counted.byStatus).map(([status, messages]) => `  ${status.padEnd(12)} ${messages}`);
    console.log([`${counted.messages} message(s) have not ended that it is about.`, ...each].join('\n'));
  }
  return 0;
}

/** Shows what a pause would keep back, and how much of that would expire. */
export async function previewPause(env: Env, body: object, json: boolean): Promise<number> {
  const found = await new ReportingApi(env).call<PausePreviewResponse>('POST', 'controls/pause/preview', body);
  console.log(json ? JSON.stringify(found, null, 2) : wordsOfPreview(found));
  return 0;
}

function wordsOfPreview({ messages, expireBeforeEnd, firstExpiresAt, complete }: PausePreviewResponse): string {
  const least = complete ? '' : 'at least ';
  const end =
    expireBeforeEnd === null
      ? 'It has no end: each expires at its time unless it is resumed.'
      : `${least}${expireBeforeEnd} of them expire before its end.`;
  return [
    `${least}${messages} message(s) wait in retry that it would keep back; nothing is paused.`,
    ...(messages > 0 ? [end, `The first expires at ${firstExpiresAt}.`] : []),
  ].join('\n');
}

/** Lists what is in force. @param ended also what is over */
export async function list(env: Env, ended: boolean, json: boolean): Promise<number> {
  const api = new ReportingApi(env);
  const controls: ControlResponse[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: ControlList = await api.call('GET', `controls?limit=500&ended=${ended}&cursor=${cursor}`);
    controls.push(...page.items);
    cursor = page.nextCursor;
  }
  if (json) console.log(JSON.stringify({ controls }, null, 2));
  else console.log(controls.length === 0 ? 'Nothing is paused.' : controls.map(lineOf).join('\n'));
  return 0;
}

function lineOf(control: ControlResponse): string {
  const { inForce, by, at, until, reason } = control;
  const end = inForce ? (until === null ? 'until resumed' : `until ${until}`) : 'over';
  const id = control.kind === 'cancel' ? [control.operationId] : [];
  return [aboutOf(control), `by ${by} at ${at}`, end, reason, ...id].join('  ');
}

function aboutOf({ kind, target, rule, holdId }: ControlResponse): string {
  if (target) return `${kind}  ${wordsOfTarget(target)}`;
  if (rule)
    return `${kind}  ${Object.entries(rule)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' ')}`;
  return `${kind}  hold ${holdId}`;
}
