import type { Permits } from './permits.service.ts';
import { shareOf } from './share.policy.ts';

/** This replica's part of every rate: as large as its part of the partitions. */
export class ReplicaShare {
  private readonly permits: Pick<Permits, 'setShare'>;
  private partitions: ReadonlyMap<string, number> = new Map();

  constructor(permits: Pick<Permits, 'setShare'>) {
    this.permits = permits;
  }

  /** How many partitions there are, by full topic name. */
  setPartitions(partitions: ReadonlyMap<string, number>): void {
    this.partitions = partitions;
  }

  /** The group has divided the partitions anew: the share follows. */
  onAssigned(assigned: Readonly<Record<string, readonly number[]>>): void {
    this.permits.setShare(shareOf(assigned, this.partitions));
  }
}
