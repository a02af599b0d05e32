import type { Channel, ControlTarget } from '#libs/contracts';
import type { Chance } from './check/chance.policy.ts';

/** What an operator does in a run. `at`: milliseconds after the first message. */
export type Operation = { at: number } & (
  | {
      kind: 'pause';
      target: ControlTarget;
      /** How long after `done` it is resumed, in milliseconds. */
      ms: number;
    }
  /** Sends again what was given up by then; not what may have arrived. */
  | { kind: 'redrive'; channel: Channel }
);

/** From one operation to the next. */
const GAP = { from: 6_000, to: 12_000 };
/** A pause is done one lease after the claims have seen it. */
const PAUSED = { from: 500, to: 4_000 };

const targetsOf = (channels: readonly Channel[], tenant: string): ControlTarget[] => [
  { kind: 'tenant', tenant },
  { kind: 'lane', lane: 'bulk' },
  ...channels.flatMap((channel): ControlTarget[] => [
    { kind: 'channel', channel },
    { kind: 'lane', lane: 'transactional', channel },
  ]),
];

/** What operators do while everything else goes wrong: each once before any comes again; the same for the same seed. */
export function operationsOf(
  { ms, channels, tenant }: { ms: number; channels: readonly Channel[]; tenant: string },
  chance: Chance,
): Operation[] {
  const operations: Operation[] = [];
  let bag: Operation[] = [];
  for (let at = chance.between(GAP.from, GAP.to); at < ms; at += chance.between(GAP.from, GAP.to)) {
    if (bag.length === 0)
      bag = chance.shuffled([
        ...targetsOf(channels, tenant).map((target): Operation => {
          return { at, kind: 'pause', target, ms: chance.between(PAUSED.from, PAUSED.to) };
        }),
        ...channels.map((channel): Operation => ({ at, kind: 'redrive', channel })),
      ]);
    operations.push({ ...bag.pop()!, at });
  }
  return operations;
}
