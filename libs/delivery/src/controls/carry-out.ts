import { type Channel, type ControlTarget, type LiftChanged, wordsOfTarget } from '#libs/contracts';
import type { CarriedOut, OpenControl, ControlInForce } from '#libs/runtime';
import type { HoldReports } from '../route/holds/hold-reports.service.ts';

export interface CarryOutOptions {
  channel: Channel;
  /** The names of all providers that the channel has, in use or not. */
  providerNames: readonly string[];
  holds: Pick<HoldReports, 'lift'>;
}

/** What a channel does about a control, beside reading it with each claim. Repeating it is safe. */
export async function carryOut(
  { control }: OpenControl,
  { channel, providerNames, holds }: CarryOutOptions,
): Promise<CarriedOut> {
  if (control.kind === 'lift') return lift(control, channel, holds);
  if (control.kind === 'pause' && isUnknown(control.target, channel, providerNames))
    return { failed: `${channel} has no such provider. It has ${providerNames.join(', ')}.` };
  return { done: true };
}

/** What is lifted already stays so: by this operation, as it was carried out before, or by somebody or a probe. */
async function lift(
  { holdId, channel: of, by }: LiftChanged,
  channel: Channel,
  holds: CarryOutOptions['holds'],
): Promise<CarriedOut> {
  if (of !== undefined && of !== channel) return { done: true };
  const lifted = await holds.lift(holdId, by);
  if (lifted) return { done: true, counts: lifted.by === by ? { lifted: 1 } : { liftedBefore: 1 } };
  return {
    failed: `${channel} has no such hold: it is over, or another has taken its place. messaging holds list shows them.`,
  };
}

const isUnknown = (target: ControlTarget, channel: Channel, providerNames: readonly string[]): boolean =>
  target.kind === 'provider' && target.channel === channel && !providerNames.includes(target.provider);

/** Whether a pause is about anything of a channel. */
const isOf = (target: ControlTarget, channel: Channel): boolean =>
  'channel' in target && target.channel !== undefined ? target.channel === channel : true;

/** For the readiness. Undefined: nothing of the channel is paused. Without reasons: a person wrote them. */
export function pausedConcern(
  inForce: readonly ControlInForce[],
  channel: Channel,
): { meaning: string; remedy: string } | undefined {
  const each = inForce.flatMap(({ control }) =>
    control.kind === 'pause' && isOf(control.target, channel)
      ? [`${wordsOfTarget(control.target)}, until ${control.until ?? 'resumed'}`]
      : [],
  );
  if (each.length === 0) return undefined;
  const remedy = 'messaging controls says who has paused it, and why; messaging resume lets it go on.';
  return { meaning: `Paused by an operator: ${each.join('; ')}.`, remedy };
}
