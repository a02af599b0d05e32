import type { ProviderCall, SendResult } from '../provider.port.ts';

/** What became of one request for several messages. */
export type BatchResponse =
  /** For each its own, in their order. */
  | { results: SendResult[] }
  /** Refused as a whole, which proves that nothing was sent. `named`: for whose sake, by their places. */
  | { refused: SendResult; named?: ReadonlySet<number> };

/**
 * Sends messages in one request. Refused as a whole, those it names fail and the others go again without them; where it
 * names nobody, each half goes by itself, until who is refused is alone.
 * @param request a request of its own for these members, under a name of its own
 * @returns for each its own outcome, in their order
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

/** One request is written for all of them or for none: it may start while each of them may. */
export const allMayStillSend = (calls: readonly Pick<ProviderCall<unknown>, 'mayStillSend'>[]): boolean =>
  calls.every((call) => call.mayStillSend());
