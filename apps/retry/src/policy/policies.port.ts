import type { RetryPolicy } from '../plan/decision.ts';

/** The policy by which messages are decided at present. */
export abstract class Policies {
  abstract readonly current: RetryPolicy;
}
