import type { UnconfirmedCall } from '#libs/contracts';
import type { LookupResult, Provider, Repeat } from '#libs/providers';
import type { Delivery, PossibleCall, SiblingCall } from '../delivery.ts';
import { siblingWindowMs, matchLostCall } from './match.policy.ts';

export interface LostCall<M> {
  provider: Provider<M>;
  delivery: Delivery<M>;
  unconfirmedCall: UnconfirmedCall;
  /** Set where the call may be repeated. */
  repeat: Repeat | undefined;
  leaseMs: number;
  siblingCalls: (withinMs: number, participants?: string) => Promise<SiblingCall[]>;
}

/**
 * Asks the provider for a call whose response was lost; where its list does not contain our reference, the ledger
 * decides which entry belongs to which call.
 */
export async function findLostCall<M>({
  provider,
  delivery,
  unconfirmedCall,
  repeat,
  leaseMs,
  siblingCalls,
}: LostCall<M>): Promise<LookupResult> {
  const since = delivery.requestedAt.getTime();
  const { callId } = unconfirmedCall;
  let last: LookupResult = { found: 'absent' };
  for (const { message, participants } of possibleCallsOf(delivery)) {
    last = await provider.lookup({ message, callId, since, repeat });
    if (last.found !== 'candidates') {
      if (last.found === 'accepted') return last;
      continue;
    }
    // The ledger is read after the provider: every call in the list has its claim there by then.
    const calls = await siblingCalls(siblingWindowMs(leaseMs), participants);
    const match = matchLostCall(last.candidates, calls, leaseMs);
    if (match !== undefined) return { found: 'accepted', providerMessageId: match };
    last = { found: 'absent' };
  }
  return last;
}

/** What the lost call may have been: one message, or one for each sender that it may have gone from. */
const possibleCallsOf = <M>({
  message,
  possibleCalls,
}: Delivery<M>): readonly (Pick<PossibleCall<M>, 'message'> & Partial<PossibleCall<M>>)[] =>
  possibleCalls ?? [{ message }];
