import type { ConsumptionWatch } from '#libs/transport';
import type { Health } from './health.ts';

/** Faults of the consumption degrade the readiness and are named there; the service continues with the rest. */
export function showConsumption(health: Health, watch: ConsumptionWatch): void {
  health.addConcern('consumer-restarts', () => watch.restlessness());
  health.addConcern('undecodable-batches', () => watch.lostBatches());
  health.addConcern('unreadable-partitions', () => watch.stuckPartitions());
}
