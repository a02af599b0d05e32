import fc from 'fast-check';
import { type History, histories } from './history.ts';
import { judge, type Judgement } from './invariants.ts';
import { Play } from './play.ts';
import { comeToRest } from './quiet.ts';
import type { Variant } from './world.ts';

export interface Played extends Judgement {
  trace: readonly string[];
}

/** Plays one history to its end. */
export async function play(history: History, variant: Variant = {}): Promise<Played> {
  const played = new Play(history, variant);
  const { scheduler } = played.world;
  await played.begin();
  await scheduler.settle();
  for (const step of history.steps) {
    await played.act(step);
    await scheduler.settle();
  }
  await played.heal();
  const unrest = await comeToRest(played);
  const judgement = judge(played.world, history);
  return {
    ...judgement,
    violations: [...(unrest ? [`unrest: ${unrest}`] : []), ...judgement.violations],
    trace: scheduler.trace,
  };
}

export interface Watch {
  /** Only what matches counts as violated. */
  breaks?: RegExp;
  seen?: (played: Played) => void;
  /** Histories of a certain kind, where that kind is rare. */
  among?: fc.Arbitrary<History>;
}

/** A property that fails with the violation and the history that led to it. */
export const holds = (variant: Variant = {}, { breaks = /./, seen, among = histories }: Watch = {}) =>
  fc.asyncProperty(among, async (history) => {
    const played = await play(history, variant);
    seen?.(played);
    const violated = played.violations.filter((violation) => breaks.test(violation));
    if (violated.length > 0) throw new Error(`${violated.join('\n')}\n  ${played.trace.join('\n  ')}`);
  });
