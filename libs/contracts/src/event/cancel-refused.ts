import { factId, type Identity } from '../identity.ts';
import type { StatusChanged, StatusSource } from './status.ts';

/** Why a message could not be cancelled any more. */
export type CancelRefusal =
  /** A provider has taken it. */
  | 'sent'
  /** The answer to its call was lost. */
  | 'unconfirmed'
  /** It had ended otherwise. */
  | 'ended'
  /** No request with its id has come within the wait. */
  | 'unseen';

const words: Record<CancelRefusal, string> = {
  sent: 'Cancel refused: already sent.',
  unconfirmed:
    'Cancel refused: it may have been sent. The provider’s answer was lost; it is looked for, and no other copy ' +
    'is sent.',
  ended: 'Cancel refused: it had ended before.',
  unseen: 'Cancel refused: never seen. Should its request still come, it is not sent.',
};

/**
 * The fact that a cancellation came too late, or names an unknown message. It does not change the status: the fold
 * ignores it. Its id depends on its content only, so repeats have the same id, whichever service publishes them.
 * @param at when it was found; ISO 8601
 */
export function cancelRefused(
  { tenant, channel, messageId }: Identity,
  why: CancelRefusal,
  source: StatusSource,
  at: string,
): StatusChanged {
  const eventId = factId({ tenant, channel, messageId, hop: 0, source: 'cancel', status: `cancel-refused:${why}` });
  return {
    eventId,
    messageId,
    tenant,
    channel,
    status: 'cancel-refused',
    final: false,
    at,
    source,
    reason: words[why],
  };
}
