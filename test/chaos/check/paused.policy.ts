import { type ControlTarget, isPausedBy } from '#libs/contracts';
import type { PausedTime, Story } from './story.policy.ts';

/**
 * Calls that the provider took while their message was paused. What was written before may still be on its way:
 * `graceMs`, as long as a provider may hold it in a run.
 */
export function calledWhilePaused(
  { published, sends }: Story,
  paused: readonly PausedTime[],
  graceMs: number,
): string[] {
  const { channel, lane } = published;
  // All messages of a run are one tenant's.
  const isAbout = (target: ControlTarget) => {
    const tenant = target.kind === 'tenant' ? target.tenant : '';
    return isPausedBy(target, { channel, lane, tenant, templates: [], tags: [], recipients: [], requestedAt: 0 });
  };
  return sends.flatMap(({ acceptedAt }) =>
    paused
      .filter(({ target, from, to }) => acceptedAt > from + graceMs && acceptedAt < to && isAbout(target))
      .map(({ target, from }) => `it was taken ${acceptedAt - from} ms after its ${target.kind} was paused`),
  );
}
