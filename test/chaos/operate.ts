import { setTimeout as delay } from 'node:timers/promises';
import { wordsOfTarget } from '#libs/contracts';
import type { PausedTime } from './check/story.policy.ts';
import type { Sources } from './gather.ts';
import type { Operation } from './operations.policy.ts';

export interface OperateOptions {
  sources: Pick<Sources, 'reportingUrl' | 'reportingToken' | 'tenant'>;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** What operators did in a run. */
export interface Operated {
  /** When nothing of a target may have been called. */
  paused: PausedTime[];
  redriven: number;
}

/** Reporting is killed as everybody is; whoever is away is back before that. */
const ANSWERED_WITHIN_MS = 120_000;
/** A service may be frozen, killed, or without its database meanwhile. */
const ENDED_WITHIN_MS = 120_000;

/** Does all operations, one after another, none before its time; in the end nothing is paused. */
export async function operateAll(operations: readonly Operation[], options: OperateOptions): Promise<Operated> {
  const start = performance.now();
  const operated: Operated = { paused: [], redriven: 0 };
  for (const operation of operations) {
    await delay(Math.max(0, start + operation.at - performance.now()), undefined, options).catch(() => undefined);
    if (options.signal.aborted) break;
    if (operation.kind === 'pause') operated.paused.push(...(await pause(operation, options)));
    else operated.redriven += await redrive(operation, options);
  }
  return operated;
}

async function pause(
  { target, ms }: Extract<Operation, { kind: 'pause' }>,
  options: OperateOptions,
): Promise<PausedTime[]> {
  options.say(`an operator pauses ${wordsOfTarget(target)}`);
  const { operationId } = await ordered('controls/pause', { target, reason: 'chaos' }, options);
  const { state } = await endOf(operationId, options);
  const from = Date.now();
  await delay(ms, undefined, options).catch(() => undefined);
  const to = Date.now();
  await ordered('controls/resume', { target, reason: 'chaos' }, { ...options, signal: never });
  options.say(`${wordsOfTarget(target)}: the pause was ${state}, and is resumed`);
  return state === 'done' ? [{ target, from, to }] : [];
}

/** What may have arrived is left alone: a second copy would be the operator's. */
async function redrive({ channel }: Extract<Operation, { kind: 'redrive' }>, options: OperateOptions): Promise<number> {
  const filter = { channel, tenant: options.sources.tenant };
  const { operationId } = await ordered('dead-letters/redrive', { filter, atMost: 100_000 }, options);
  const { counts } = await endOf(operationId, options);
  options.say(`an operator redrives dead letters of ${channel}: ${JSON.stringify(counts)}`);
  return counts['redriven'] ?? 0;
}

/** An operation as the API shows it. */
export interface Shown {
  operationId: string;
  state: string;
  counts: Record<string, number>;
}

const never = new AbortController().signal;

/** Asked for under one name until an answer comes: a lost answer must not do it twice. */
export async function ordered(path: string, body: object, { sources, signal }: OperateOptions): Promise<Shown> {
  const id = crypto.randomUUID();
  const end = performance.now() + ANSWERED_WITHIN_MS;
  for (;;) {
    try {
      return await ask<Shown>(sources, 'POST', path, body, id);
    } catch (error) {
      if (signal.aborted || performance.now() > end) throw error;
      await delay(300);
    }
  }
}

/** An operation as it ends, or as it is where it does not end in time. */
export async function endOf(
  operationId: string,
  { sources, signal }: OperateOptions,
  withinMs = ENDED_WITHIN_MS,
): Promise<Shown> {
  const end = performance.now() + withinMs;
  let last: Shown = { operationId, state: 'not known', counts: {} };
  while (performance.now() < end && !signal.aborted) {
    last = await ask<Shown>(sources, 'GET', `operations/${operationId}`).catch(() => last);
    if (['done', 'failed', 'stopped'].includes(last.state)) break;
    await delay(200);
  }
  return last;
}

async function ask<T>(
  { reportingUrl, reportingToken }: OperateOptions['sources'],
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  id?: string,
): Promise<T> {
  const answer = await fetch(`${reportingUrl}/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${reportingToken}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(id !== undefined && { 'idempotency-key': id }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
