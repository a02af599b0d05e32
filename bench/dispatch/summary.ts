import { median, rounded } from '../figures.ts';
import type { RunResult } from './product-run.ts';
import type { Round } from './round.ts';
import { type Sender, senders } from './senders.ts';

type Figure = number | null;

/** Medians over the rounds; null where a figure could not be measured. */
export interface RoundFigures {
  /** Messages per second. */
  perSecond: Record<Sender, Figure>;
  /** Medians of each round's own quotient: what disturbs one sender there disturbs the other as well. */
  ratios: Record<
    | 'toCeiling'
    | 'toSameWork'
    | 'toBullmq'
    | 'coalescedToCeiling'
    | 'toNestStock6'
    | 'cpuToBase'
    | 'toBase'
    | 'kbToBase'
    | 'tracingOnOff'
    | 'twoReplicasToOne'
    | 'twoReplicasCpuToOne',
    Figure
  >;
  /** Of ours. */
  cpuUsPerMessage: Figure;
  kbPerMessage: Figure;
  othersCpuUsPerMessage: Record<'kafka' | 'postgres' | 'stub', Figure>;
  spansPerMessage: Figure;
  /** Most calls that ours had under way at one moment; the ceiling may have at least as many. */
  callsAtOnce: Figure;
  rssPeakMbOfRounds: Figure;
  base: Record<'cpuUsPerMessage' | 'kbPerMessage', Figure>;
  /** `leastShare`: the share of the work, by processor time, that the replica with less of it did. */
  twoReplicas: Record<'cpuUsPerMessage' | 'leastShare', Figure>;
  /** Why a sender was not measured. */
  notMeasured: Partial<Record<Sender, string>>;
  rounds: Round['speeds'][];
}

export function summary(rounds: readonly Round[]): RoundFigures {
  const perSecond = (sender: Sender) => middle(rounds.map(({ speeds }) => speeds[sender]));
  const run = (sender: Sender, figure: (result: RunResult) => number, digits = 0) =>
    middle(
      rounds.map(({ runs }) => runs[sender] && figure(runs[sender])),
      digits,
    );
  const ratio = (of: Sender, to: Sender) =>
    middle(
      rounds.map(({ speeds }) => quotient(speeds[of], speeds[to])),
      3,
    );
  const runRatio = (of: Sender, to: Sender, figure: (result: RunResult) => number) =>
    middle(
      rounds.map(({ runs }) => quotient(runs[of] && figure(runs[of]), runs[to] && figure(runs[to]))),
      3,
    );
  const cpu = ({ cpuUsPerMessage }: RunResult) => cpuUsPerMessage;
  const kb = ({ kbPerMessage }: RunResult) => kbPerMessage;
  return {
    perSecond: Object.fromEntries(senders.map((sender) => [sender, perSecond(sender)])) as Record<Sender, Figure>,
    ratios: {
      toCeiling: ratio('ours', 'ceiling'),
      toSameWork: ratio('ours', 'sameWork'),
      toBullmq: ratio('ours', 'bullmq'),
      coalescedToCeiling: ratio('oursCoalesced', 'ceiling'),
      toNestStock6: ratio('ours', 'nestStock6'),
      cpuToBase: runRatio('ours', 'base', cpu),
      toBase: ratio('ours', 'base'),
      kbToBase: runRatio('ours', 'base', kb),
      tracingOnOff: ratio('ours', 'oursUntraced'),
      twoReplicasToOne: ratio('oursTwoReplicas', 'ours'),
      twoReplicasCpuToOne: runRatio('oursTwoReplicas', 'ours', cpu),
    },
    cpuUsPerMessage: run('ours', cpu),
    kbPerMessage: run('ours', kb, 1),
    othersCpuUsPerMessage: {
      kafka: run('ours', ({ othersCpuUsPerMessage }) => othersCpuUsPerMessage.kafka),
      postgres: run('ours', ({ othersCpuUsPerMessage }) => othersCpuUsPerMessage.postgres),
      stub: run('ours', ({ othersCpuUsPerMessage }) => othersCpuUsPerMessage.stub),
    },
    spansPerMessage: run('ours', ({ spansPerMessage }) => spansPerMessage, 2),
    callsAtOnce: run('ours', ({ callsAtOnce }) => callsAtOnce),
    rssPeakMbOfRounds: run('ours', ({ rssPeakMb }) => rssPeakMb),
    base: { cpuUsPerMessage: run('base', cpu), kbPerMessage: run('base', kb, 1) },
    twoReplicas: {
      cpuUsPerMessage: run('oursTwoReplicas', cpu),
      leastShare: run('oursTwoReplicas', ({ leastShare }) => leastShare, 2),
    },
    notMeasured: reasons(rounds),
    rounds: rounds.map(({ speeds }) => speeds),
  };
}

const reasons = (rounds: readonly Round[]): Partial<Record<Sender, string>> =>
  Object.fromEntries(
    rounds.flatMap(({ speeds }) => Object.entries(speeds).filter(([, said]) => typeof said === 'string')),
  );

/** The median of what was measured. */
function middle(values: readonly (number | string | undefined)[], digits = 0): Figure {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  return numbers.length === 0 ? null : rounded(median(numbers), digits);
}

const quotient = (a: number | string | undefined, b: number | string | undefined) =>
  typeof a === 'number' && typeof b === 'number' ? a / b : undefined;
