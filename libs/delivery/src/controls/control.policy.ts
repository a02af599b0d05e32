import {
  type ControlChanged,
  type ControlledMessage,
  isCancelledBy,
  isPausedBy,
  nearestInstant,
  pausedKey,
  pauseKey,
  type PauseChanged,
  templatesOf,
  wordsOfTarget,
} from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { Delivery, Outcome } from '../delivery.ts';

/** A message as far as operators' controls are about it. */
export const controlledOf = ({
  channel,
  lane,
  tenant,
  request,
  tags = [],
  recipients,
  requestedAt,
}: Delivery<unknown>): ControlledMessage => ({
  channel,
  lane,
  tenant,
  templates: templatesOf(request),
  tags,
  recipients: recipients.map(({ hash }) => hash),
  requestedAt: requestedAt.getTime(),
});

/** Whether a pause is in force. @param now in ms since 1970 */
const lasts = ({ state, until }: PauseChanged, now: number): boolean =>
  state === 'on' && (until === undefined || Date.parse(until) > now);

const pausesIn = (controls: readonly ControlChanged[], now: number): PauseChanged[] =>
  controls.filter((control): control is PauseChanged => control.kind === 'pause' && lasts(control, now));

/** The pauses that keep a message back. */
export function pausesOf(controls: readonly ControlChanged[], delivery: Delivery<unknown>, now: number) {
  if (controls.length === 0) return [];
  const message = controlledOf(delivery);
  return pausesIn(controls, now).filter(({ target }) => isPausedBy(target, message));
}

/** The pauses of providers of the channel. */
export const providerPauses = (
  controls: readonly ControlChanged[],
  { channel }: Pick<Delivery<unknown>, 'channel'>,
  now: number,
): PauseChanged[] =>
  controls.length === 0
    ? []
    : pausesIn(controls, now).filter(({ target }) => target.kind === 'provider' && target.channel === channel);

/** The pause of a provider, if there is one. */
export const pauseOfProvider = (pauses: readonly PauseChanged[], provider: string): PauseChanged | undefined =>
  pauses.find(({ target }) => target.kind === 'provider' && target.provider === provider);

/** Why something is paused, as timelines and logs of messages say it. */
export const wordsOfPause = ({ target, by, until, reason }: PauseChanged): string =>
  `${wordsOfTarget(target)} is paused by ${by}${until === undefined ? '' : ` until ${until}`}: ${reason}`;

/**
 * A message that pauses keep back: it waits until none of them is in force. It goes after those of its key that came
 * before it.
 */
export function paused(pauses: readonly PauseChanged[], delivery: Delivery<unknown>, now: number): Outcome {
  const words = pauses.map(wordsOfPause).join('; ');
  return {
    kind: 'parked',
    at: nearestInstant(now),
    waitsFor: pausedKey(pauses.map(({ target }) => pauseKey(target))),
    reason: `${words.charAt(0).toUpperCase()}${words.slice(1)}.`,
    failure: pausedFailure,
    position: delivery.position ?? 0,
  };
}

/** What it waits for is an operator. */
export const pausedFailure = ownFailure(
  'MSG_PAUSED',
  'unavailable',
  'backoff',
  'An operator has paused what it belongs to; nothing was sent.',
);

/** What keeps a look-up from repeating the call: it then only reads. */
export interface OnlyReads {
  /** Until none of them is in force. */
  pauses: readonly PauseChanged[];
  /** A rule cancels the message: nothing is sent again. */
  isCancelled: boolean;
}

/** What operators say of a look-up at a provider. Undefined: it may repeat the call. */
export function onlyReads(
  controls: readonly ControlChanged[],
  delivery: Delivery<unknown>,
  provider: string,
  now: number,
): OnlyReads | undefined {
  if (controls.length === 0) return undefined;
  const ofProvider = pauseOfProvider(providerPauses(controls, delivery, now), provider);
  const pauses = [...pausesOf(controls, delivery, now), ...(ofProvider ? [ofProvider] : [])];
  const isCancelled = ruleFor(controls, delivery) !== undefined;
  return pauses.length > 0 || isCancelled ? { pauses, isCancelled } : undefined;
}

/**
 * What becomes of a message that a rule of an operator cancels; undefined: none does. Where an earlier call of it may
 * have been taken, it is not called cancelled: the look for that answer goes on, and nothing is sent again.
 */
export function cancelledByRule(
  controls: readonly ControlChanged[],
  delivery: Delivery<unknown>,
  now: number,
): Outcome | undefined {
  const rule = ruleFor(controls, delivery);
  if (!rule) return undefined;
  const at = nearestInstant(now);
  if (mayHaveBeenTaken(delivery)) return { kind: 'unresolved', at };
  return { kind: 'cancelled', at, reason: `Cancelled by filter, by ${rule.by}: ${rule.reason}` };
}

function ruleFor(controls: readonly ControlChanged[], delivery: Delivery<unknown>): ControlChanged | undefined {
  if (controls.length === 0) return undefined;
  const message = controlledOf(delivery);
  return controls.find((control) => control.kind === 'cancel' && isCancelledBy(control.rule, message));
}

const mayHaveBeenTaken = ({ attempts }: Delivery<unknown>): boolean =>
  attempts.some(({ failure }) => failure.kind === 'unknown');
