import type { ProviderSimulator } from '../simulator.ts';
import type { MessageEvent, SandboxMessage, Step, StoredMessage, SuppressedRecipientReason } from './message.ts';

/** Gives a message the events that its recipient is made for, `delayMs` apart. */
export function withEvents<M extends SandboxMessage>(
  message: StoredMessage<M>,
  delayMs: number,
  { stepsOf }: Pick<ProviderSimulator<M>, 'stepsOf'>,
): M {
  return { ...message, events: timed(stepsOf(message, delayMs), message.startsAt, delayMs) } as unknown as M;
}

/** The events of a message that its provider does not send. */
export const suppressedPlan = (
  message: SandboxMessage,
  suppressionReason: SuppressedRecipientReason,
  delayMs: number,
  simulator: Pick<ProviderSimulator, 'stepsOf'>,
): SandboxMessage => withEvents({ ...message, suppressionReason }, delayMs, simulator);

function timed(steps: readonly Step[], startsAt: number, delayMs: number): MessageEvent[] {
  return steps.map((step, index) => ({ step, at: startsAt + delayMs * (index + 1), webhook: 'planned' }));
}
