import type { ProviderCall, SendResult } from '../provider.port.ts';

/** The result of one request for several messages. */
export type BatchResponse =
  /** An outcome for each message, in their order. */
  | { results: SendResult[] }
  /** Refused as a whole, which proves that nothing was sent. `named`: for whose sake, by their places. */
  | { refused: SendResult; named?: ReadonlySet<number> };

/**
 * Sends messages in one request. If the request is refused as a whole, the messages that the provider names fail and
 * the others are sent again without them. If it names none, each half is sent by itself, until the refused message is
 * alone.
 * @param request makes the request for these members, under a key of its own
 * @returns the outcome of each message, in their order
 */
export async function sendBatchBisecting<C>(
  members: readonly C[],
  request: (members: readonly C[]) => Promise<BatchResponse>,
): Promise<SendResult[]> {
  const answer = await request(members);
  if ('results' in answer) return answer.results;
  const { refused, named = new Set() } = answer;
  if (members.length === 1) return [refused];
  if (named.size > 0 && named.size < members.length) {
    const rest = await sendBatchBisecting(
      members.filter((_, place) => !named.has(place)),
      request,
    );
    return members.map((_, place) => (named.has(place) ? refused : rest.shift()!));
  }
  const middle = Math.ceil(members.length / 2);
  return [
    ...(await sendBatchBisecting(members.slice(0, middle), request)),
    ...(await sendBatchBisecting(members.slice(middle), request)),
  ];
}

/** One request is written for all of them or for none: it may start only while each of them may. */
export const allMayStillSend = (calls: readonly Pick<ProviderCall<unknown>, 'mayStillSend'>[]): boolean =>
  calls.every((call) => call.mayStillSend());
