import { type Attempt, type ConsideredProvider, type Failure, keyedDigest, maskAddress } from '#libs/contracts';
import type { SenderChoice } from '../delivery.ts';

/** A channel whose messages may go from several senders. */
export interface SenderRules<M> {
  sendersOf(message: M): readonly string[];
  withSender(message: M, sender: string, isLast: boolean): M;
}

/** Why no provider takes a message from its sender now; undefined: one does. */
export type TroubleOf<M> = (message: M) => ConsideredProvider | undefined;

interface Rated {
  sender: string;
  /** The failure of this message that lay with it, and how many of these there were before. */
  failed: { at: number; provider: string | undefined; failure: Failure } | undefined;
  trouble: ConsideredProvider | undefined;
}

/** The keyed hash under which hand-overs name a sender. */
export const senderHash = (hashKey: string, sender: string): string => keyedDigest(hashKey, ['sender', sender]);

/**
 * The message from the sender that it goes from now: of those that have not failed it the first that is not held, then
 * those that have, the failure longest ago first. Each of several may have recovered meanwhile.
 * @returns no `choice` where there is nothing to choose
 */
export function chooseSender<M>(
  message: M,
  attempts: readonly Attempt[],
  channel: SenderRules<M>,
  hashKey: string,
  troubleOf: TroubleOf<M> | undefined,
): { message: M; choice?: SenderChoice } {
  const senders = channel.sendersOf(message);
  if (senders.length < 2) return { message };
  const faults = attempts.filter(({ sender, failure }) => sender !== undefined && failure.bySender === true);
  const rated = senders.map((sender) => rate(sender, faults, hashKey));
  const ranked = rated.toSorted((a, b) => (a.failed?.at ?? -1) - (b.failed?.at ?? -1));
  const taken = ranked.find((one) => {
    one.trouble = troubleOf?.(channel.withSender(message, one.sender, false));
    return one.trouble === undefined;
  });
  const { sender } = taken ?? ranked[0]!;
  const untried = ranked.filter((one) => one.sender !== sender && !one.failed).map((one) => one.sender);
  const passedOver = rated.flatMap((one) => (one.sender === sender ? [] : whyNot(one)));
  return {
    message: channel.withSender(message, sender, untried.length === 0),
    choice: { hash: senderHash(hashKey, sender), shown: shown(sender), passedOver, untried },
  };
}

/** The message from the sender of an earlier call; undefined: none of its senders is that one. */
export function fromSenderOf<M>(
  message: M,
  hash: string,
  channel: SenderRules<M>,
  hashKey: string,
): { message: M; choice?: SenderChoice } | undefined {
  const sender = channel.sendersOf(message).find((one) => senderHash(hashKey, one) === hash);
  return sender === undefined
    ? undefined
    : {
        message: channel.withSender(message, sender, true),
        choice: { hash, shown: shown(sender), passedOver: [], untried: [] },
      };
}

/** @param faults the attempts that failed by their sender */
function rate(sender: string, faults: readonly Attempt[], hashKey: string): Rated {
  if (faults.length === 0) return { sender, failed: undefined, trouble: undefined };
  const hash = senderHash(hashKey, sender);
  const at = faults.findLastIndex((attempt) => attempt.sender === hash);
  const attempt = faults[at];
  return {
    sender,
    failed: attempt && { at, provider: attempt.provider, failure: attempt.failure },
    trouble: undefined,
  };
}

/** Why a sender is not taken, for the timeline; empty: it was not its turn. */
function whyNot({ sender, failed, trouble }: Rated): ConsideredProvider[] {
  if (trouble) return [{ ...trouble, sender: shown(sender) }];
  if (!failed) return [];
  const { provider = 'unknown', failure } = failed;
  const why = `it has failed this message with ${failure.code}: ${failure.meaning}`;
  return [{ provider, sender: shown(sender), taken: false, why }];
}

/** A number is masked: the timeline holds no address. */
const shown = (sender: string): string => (/^\+\d+$/.test(sender) ? maskAddress(sender) : sender);
