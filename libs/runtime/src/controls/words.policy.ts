import {
  type ControlChanged,
  nearestInstant,
  type OperatingService,
  type OperationChanged,
  operationWordId,
} from '#libs/contracts';

/**
 * How long a service waits before it is done with a control that it has, in milliseconds. Of what stops messages a call
 * may still go out until the claims are over that had not seen it, and by a rule that is withdrawn one may still end;
 * what lets them go is in force at once.
 * @param leaseMs how long a claim protects its holder
 */
export function waitBeforeDone(control: ControlChanged, leaseMs: number): number {
  if (control.kind === 'lift') return 0;
  return control.kind === 'pause' && control.state === 'off' ? 0 : leaseMs;
}

/** What a service says of the operation that made a control: first that it has it, then how it ended. */
export function wordOf(
  { operationId }: ControlChanged,
  service: OperatingService,
  said: { state: 'accepted' | 'done' | 'failed'; counts?: Record<string, number>; reason?: string | undefined },
  now: number,
): OperationChanged {
  const seq = said.state === 'accepted' ? 1 : 2;
  return {
    eventId: operationWordId({ operationId, service, seq }),
    operationId,
    service,
    seq,
    state: said.state,
    counts: said.counts ?? {},
    ...(said.reason !== undefined && { reason: said.reason }),
    at: nearestInstant(now),
  };
}
