import type { OperatingService, OperationKind, OperationState } from '#libs/contracts';
import type { AuditAction } from '../access/audit/audit.port.ts';
import type { Tenants } from '../access/caller.policy.ts';

/**
 * How it reaches the services. job: as a record of operation.requested, published from its row; cancel: likewise of
 * cancel.requested; control: by a topic of its own, on which whoever makes it publishes.
 */
export type Carrier = 'job' | 'cancel' | 'control';

/** What somebody wants done. */
export interface OperationOrder {
  /** The caller’s name for it (Idempotency-Key); undefined: one is made. */
  id: string | undefined;
  kind: OperationKind;
  /** Who carries it out, and says so on operation.changed. */
  services: readonly OperatingService[];
  /** Whose messages it may touch. */
  tenants: Tenants;
  /** How many rows it may touch. */
  atMost?: number | undefined;
  /** What is to be done, as the services and the readers of the operation get it. Neither address nor content. */
  work: Readonly<Record<string, unknown>>;
  /** What the caller sent: the same id with something else here is refused. Only its digest is kept. */
  asked: unknown;
  /** Why, in a person’s words: kept with the operation alone, in neither audit nor log. */
  reason?: string | undefined;
  /** What the audit calls it. */
  action: AuditAction;
  carrier: Carrier;
}

/** What one service said last. */
export interface OperationWord {
  service: OperatingService;
  seq: number;
  state: OperationState;
  counts: Record<string, number>;
  reason: string | null;
  /** ISO 8601. */
  at: string;
}

/** An operation as it is kept. */
export interface OperationRow {
  id: string;
  kind: OperationKind;
  services: OperatingService[];
  tenants: Tenants;
  atMost: number | null;
  work: Record<string, unknown>;
  reason: string | null;
  carrier: Carrier;
  askedBy: string;
  askedAt: Date;
  publishedAt: Date | null;
  stopBy: string | null;
  stopAt: Date | null;
  stopPublishedAt: Date | null;
  words: OperationWord[];
}
