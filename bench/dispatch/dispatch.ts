import type { Bench } from '../bench.ts';
import { rounded } from '../figures.ts';
import { startChild } from '../foundation/child.ts';
import { baseProduct, thisProduct } from '../product/product.ts';
import { type Backlog, measureBacklog } from './backlog.ts';
import { type Field, type Round, RoundOfSenders } from './round.ts';
import type { Sender } from './senders.ts';
import { type RoundFigures, summary } from './summary.ts';

export interface DispatchOptions {
  messages: number;
  rounds: number;
  /** Requests that wait while memory and the urgent lane are watched; 0 leaves that out. */
  backlog: number;
  /** How long they are watched, in seconds. */
  watchSeconds: number;
  only: ReadonlySet<Sender>;
  /** Settings of the email service other than it ships with. */
  env?: Record<string, string> | undefined;
  cpuProfile?: string | undefined;
}

export interface DispatchFigures extends RoundFigures {
  /** Most memory of the service while the backlog waits; null where that was left out. */
  rssPeakMb: number | null;
  /** From publishing an urgent request until the provider has it, while the backlog waits; null where left out. */
  urgentP99Ms: number | null;
  backlog: Backlog | null;
  messages: number;
  /** The share of the machine that others used just before. */
  othersShare: number;
}

/** How fast messages leave, against what others do on the same machine in the same minutes. */
export async function dispatch(bench: Bench, options: DispatchOptions): Promise<DispatchFigures> {
  const field = await fieldOf(bench, options.only);
  const rounds: Round[] = [];
  for (let number = 1; number <= options.rounds; number += 1)
    rounds.push(await new RoundOfSenders(field, { ...options, number, warmUp: warmUpOf(options.messages) }).run());
  const { env, backlog, watchSeconds } = options;
  const watched =
    backlog > 0 ? await measureBacklog(bench, field.ours, field.sink, { backlog, watchSeconds, env }) : null;
  return {
    ...summary(rounds),
    rssPeakMb: watched?.rssPeakMb ?? null,
    urgentP99Ms: watched?.urgentMs.p99 ?? null,
    backlog: watched,
    messages: options.messages,
    othersShare: rounded(bench.othersShare, 2),
  };
}

async function fieldOf(bench: Bench, only: ReadonlySet<Sender>): Promise<Field> {
  const ours = await thisProduct(bench);
  const base = only.has('base') ? await baseProduct(bench) : { missing: 'it is not asked for' };
  const { child, port } = await startChild('provider/otlp-sink.ts', {}, bench.closers);
  return { bench, ours, base, sink: { child, url: `http://127.0.0.1:${port}` } };
}

// Half a run: compilers, pools and batches have settled then, in every sender alike.
const warmUpOf = (messages: number): number => Math.max(200, Math.round(messages / 2));
