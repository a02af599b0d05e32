import type { ConsumptionWatch } from '#libs/transport';
import type { Health } from './health.ts';

/** What goes wrong with consumption degrades the readiness, and is named there: the service goes on with the rest. */
export function showConsumption(health: Health, watch: ConsumptionWatch): void {
  health.addConcern('consumer-restarts', () => watch.restlessness());
  health.addConcern('undecodable-batches', () => watch.lostBatches());
  health.addConcern('unreadable-partitions', () => watch.stuckPartitions());
}
