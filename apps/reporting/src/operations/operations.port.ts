import type { OperationChanged, OperationKind } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { Position } from '#libs/runtime';
import type { AuditEntry } from '../access/audit/audit.port.ts';
import type { OperationOrder, OperationRow } from './operation.ts';

/** What else belongs to a new operation, written in its transaction; not called where the operation is known. */
export type Alongside = (client: PoolClient, operation: OperationRow) => Promise<void>;

export type NewOperation = Omit<OperationOrder, 'id' | 'asked'> & { id: string; digest: string; askedBy: string };

export interface OperationFilter {
  /** Only those that touch these tenants alone; undefined: all. */
  tenants: string[] | undefined;
  kind?: OperationKind | undefined;
  after?: Position<'id'> | undefined;
  limit: number;
}

/** The table of operations. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class OperationTable {
  /**
   * Keeps a new operation with its row of the audit.
   * @returns the operation of this id, also where it was known; undefined: it was, with other content
   */
  abstract make(of: NewOperation, entry: AuditEntry, alongside: Alongside): Promise<OperationRow | undefined>;

  abstract find(id: string): Promise<OperationRow | undefined>;

  /** Newest first. */
  abstract list(filter: OperationFilter): Promise<OperationRow[]>;

  /** Notes that a job is to be stopped, with its row of the audit, unless that is noted already. */
  abstract stop(id: string, by: string, entry: AuditEntry): Promise<void>;

  /** Keeps a service’s word, unless a later one is known. */
  abstract hear(word: OperationChanged): Promise<void>;

  /** Jobs of which Kafka lacks the start or the stop, the oldest first. */
  abstract unpublished(most: number): Promise<OperationRow[]>;

  /** Kafka has it. @param stop the stop, else the start */
  abstract markPublished(ids: readonly string[], stop: boolean): Promise<void>;
}
