import type { DoubtfulCall, LookupResult, Provider, Repeat } from '#libs/contracts';
import type { CallBeside, Delivery } from '../delivery.ts';
import { besideMs, matchLostCall } from './match.policy.ts';

export interface LostCall<M> {
  provider: Provider<M>;
  delivery: Delivery<M>;
  doubt: DoubtfulCall;
  /** Where the call may be made once more. */
  repeat: Repeat | undefined;
  leaseMs: number;
  callsBeside: (withinMs: number) => Promise<CallBeside[]>;
}

/**
 * Asks the provider for a call whose answer was lost; where its list bears no reference of ours, the ledger says whose
 * is whose.
 */
export async function findLostCall<M>({
  provider,
  delivery,
  doubt,
  repeat,
  leaseMs,
  callsBeside,
}: LostCall<M>): Promise<LookupResult> {
  const since = delivery.requestedAt.getTime();
  const result = await provider.lookup({ message: delivery.message, callId: doubt.callId, since, repeat });
  if (result.found !== 'candidates') return result;
  // The ledger is asked after the provider: whatever is on the list has its claim there by now.
  const match = matchLostCall(result.candidates, await callsBeside(besideMs(leaseMs)), leaseMs);
  return match === undefined ? { found: 'absent' } : { found: 'accepted', providerMessageId: match };
}
