import type { Bench } from '../bench.ts';
import { median, rounded } from '../figures.ts';
import { startChild } from '../foundation/child.ts';
import { type Backlog, measureBacklog } from './backlog.ts';
import { type Round, RoundOfSenders, type Sender, senders } from './round.ts';
import { Upstream } from './upstream.ts';

export interface DeliveryOptions {
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

type Speeds = Record<Exclude<Sender, 'oursUntraced'>, number | null>;

export interface DispatchFigures extends Speeds {
  ratios: Record<'toCeiling' | 'toBullmq' | 'toNestStock6' | 'coalescedToCeiling' | 'tracingOnOff', number | null>;
  cpuUsPerMessage: number | null;
  rssPeakMb: number | null;
  spansPerMessage: number | null;
  backlog: Backlog | null;
  /** Why a figure is null. */
  notMeasured: Partial<Record<Sender, string>>;
  messages: number;
  rounds: Round['speeds'][];
  /** The share of the machine that others used just before. */
  othersShare: number;
}

/** How fast messages leave, against what others do on the same machine in the same minutes. */
export async function dispatch(bench: Bench, options: DeliveryOptions): Promise<DispatchFigures> {
  const upstream = await Upstream.connect(bench.foundation.kafkaBrokers, bench.closers);
  const { child, port } = await startChild('provider/otlp-sink.ts', {}, bench.closers);
  const sink = { child, url: `http://127.0.0.1:${port}` };
  const rounds: Round[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    rounds.push(
      await new RoundOfSenders(bench, upstream, sink, { ...options, number, warmUp: warmUpOf(options.messages) }).run(),
    );
  }
  const { env, backlog, watchSeconds } = options;
  const watched = backlog > 0 ? await measureBacklog(bench, upstream, sink, { backlog, watchSeconds, env }) : null;
  return {
    ...summary(rounds),
    backlog: watched,
    messages: options.messages,
    othersShare: rounded(bench.othersShare, 2),
  };
}

// Half a run: compilers, pools and batches have settled then, in every sender alike.
const warmUpOf = (messages: number): number => Math.max(200, Math.round(messages / 2));

function summary(rounds: readonly Round[]): Omit<DispatchFigures, 'backlog' | 'messages' | 'othersShare'> {
  const speed = (sender: Sender) => middle(rounds.map(({ speeds }) => speeds[sender]));
  const ratio = (of: Sender, to: Sender) =>
    middle(
      rounds.map(({ speeds }) => quotient(speeds[of], speeds[to])),
      3,
    );
  const reasons = senders.flatMap((sender) => {
    const said = rounds[0]?.speeds[sender];
    return typeof said === 'string' ? [[sender, said] as const] : [];
  });
  return {
    ceiling: speed('ceiling'),
    ours: speed('ours'),
    oursCoalesced: speed('oursCoalesced'),
    bullmq: speed('bullmq'),
    nestStock1: speed('nestStock1'),
    nestStock6: speed('nestStock6'),
    sendgridSdk: speed('sendgridSdk'),
    ratios: {
      toCeiling: ratio('ours', 'ceiling'),
      toBullmq: ratio('ours', 'bullmq'),
      toNestStock6: ratio('ours', 'nestStock6'),
      coalescedToCeiling: ratio('oursCoalesced', 'ceiling'),
      tracingOnOff: ratio('ours', 'oursUntraced'),
    },
    cpuUsPerMessage: middle(rounds.map(({ ours }) => ours?.cpuUsPerMessage)),
    rssPeakMb: middle(rounds.map(({ ours }) => ours?.rssPeakMb)),
    spansPerMessage: middle(
      rounds.map(({ ours }) => ours?.spansPerMessage),
      2,
    ),
    notMeasured: Object.fromEntries(reasons),
    rounds: rounds.map(({ speeds }) => speeds),
  };
}

/**
 * The median over the rounds, each ratio within its own round: what disturbs one sender there disturbs the other as
 * well.
 */
function middle(values: readonly (number | string | undefined)[], digits = 0): number | null {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  return numbers.length === 0 ? null : rounded(median(numbers), digits);
}

const quotient = (a: number | string | undefined, b: number | string | undefined) =>
  typeof a === 'number' && typeof b === 'number' ? a / b : undefined;
