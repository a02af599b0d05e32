import type { Channel, ControlChanged } from '#libs/contracts';
import type { Position } from '#libs/runtime';
import type { Alongside } from '../operations/operations.port.ts';
import type { OperationRow } from '../operations/operation.ts';
import type { ControlRow } from './control.ts';

/** A change of one control, made in the transaction of its operation. */
export interface ControlChange {
  key: string;
  /**
   * What the control is then.
   * @param known as it is; undefined: there is none under this key
   * @param inForce how many controls are in force
   * @throws HttpException where it contradicts what is there: then nothing is written, and there is no operation
   */
  make(known: ControlRow | undefined, operation: OperationRow, inForce: number): ControlChanged;
}

export interface ControlFilter {
  /** Only those about these tenants alone; undefined: all. */
  tenants: string[] | undefined;
  /** Also those that are over. */
  ended: boolean;
  after: Position<'key'> | undefined;
  limit: number;
}

/** Which messages a preview counts. */
export interface OpenMessages {
  channel?: Channel | undefined;
  tenant?: string | undefined;
  tag?: string | undefined;
  template?: string | undefined;
  /** Keyed hash. */
  recipient?: string | undefined;
}

/** The table of controls. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class ControlTable {
  /** What writes a change in the transaction of its operation. */
  abstract changing(change: ControlChange): Alongside;

  /** Newest first. */
  abstract list(filter: ControlFilter): Promise<ControlRow[]>;

  abstract find(key: string): Promise<ControlRow | undefined>;

  /** How many messages have not ended that a filter is about, by their status. */
  abstract countOpen(filter: OpenMessages): Promise<Record<string, number>>;

  /**
   * Publishes what Kafka does not have. The rows are locked meanwhile, so that of two changes the newer one is
   * published last.
   * @throws what `publish` throws: repeating is safe
   */
  abstract eachUnpublished(publish: (changes: readonly ControlChanged[]) => Promise<void>): Promise<void>;

  /** Takes up a record of the topic: see follow.policy.ts. */
  abstract follow(record: ControlChanged): Promise<void>;

  /** Has the row of a key published once more. */
  abstract publishAgain(key: string): Promise<void>;
}
