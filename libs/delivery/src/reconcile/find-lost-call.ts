import type { UnconfirmedCall } from '#libs/contracts';
import type { LookupResult, Provider, Repeat } from '#libs/providers';
import type { SiblingCall, Delivery } from '../delivery.ts';
import { siblingWindowMs, matchLostCall } from './match.policy.ts';

export interface LostCall<M> {
  provider: Provider<M>;
  delivery: Delivery<M>;
  unconfirmedCall: UnconfirmedCall;
  /** Set where the call may be repeated. */
  repeat: Repeat | undefined;
  leaseMs: number;
  siblingCalls: (withinMs: number) => Promise<SiblingCall[]>;
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
  const result = await provider.lookup({ message: delivery.message, callId: unconfirmedCall.callId, since, repeat });
  if (result.found !== 'candidates') return result;
  // The ledger is read after the provider: every call in the list has its claim there by then.
  const match = matchLostCall(result.candidates, await siblingCalls(siblingWindowMs(leaseMs)), leaseMs);
  return match === undefined ? { found: 'absent' } : { found: 'accepted', providerMessageId: match };
}
