import {
  type CancelRequested,
  type Channel,
  channelRegistry,
  type ControlChanged,
  type OperationChanged,
  type OperationRequested,
  type ProviderChanged,
  type StatusChanged,
  type SuppressionChanged,
  topicNames,
  topics,
} from '#libs/contracts';
import { catchUpOnControls, ControlReports, OperationRunner, type Reread, reread } from '#libs/runtime';
import { type IncomingRecord, type KafkaConfig, partitionCounts } from '#libs/transport';
import { Intake } from './accept/intake.service.ts';
import { isNoConcernOf } from './accept/skip.policy.ts';
import { CancelService } from './cancel/cancel.service.ts';
import { EndingService } from './ending/ending.service.ts';
import { requireLongMemory } from './ledger/ledger.retention.ts';
import { RestoreService } from './restore/restore.service.ts';
import { ReplicaShare } from './route/permits/replica-share.ts';
import type { Type } from '@nestjs/common';
import type { Kafka } from 'kafkajs';

type Topics = KafkaConfig & { LEDGER_RETENTION_DAYS: number };

interface App {
  get<T>(token: Type<T> | symbol): T;
}

/** The start and stop of the delivery in a channel's service, besides handling records. */
export const deliveryHooks = (channel: Channel) => ({
  /** @throws InvalidConfiguration when the ledger's retention is shorter than the topics'; InfrastructureDown */
  beforeConsuming: async (app: App, kafka: Kafka, config: Topics): Promise<void> => {
    await requireLongMemory(kafka, channel, config);
    const { requested, due } = channelRegistry[channel];
    const names = [requested, due].flatMap((topic) => topicNames(topic, config.KAFKA_TOPIC_PREFIX));
    app.get(ReplicaShare).setPartitions(await partitionCounts(kafka, names));
    const controls = app.get(ControlReports);
    await catchUpOnControls(app, { service: channel, kafka, config }, (change) => controls.onChanged(change));
  },
  skip: isNoConcernOf(channel),
  onAssigned: (app: App, assignment: Record<string, number[]>): void => app.get(ReplicaShare).onAssigned(assignment),
  /** What the channel reads again after its schema was restored: all that its tables follow, and its own facts. */
  restore: (app: App): Reread[] => [
    reread<SuppressionChanged | null>(topics.suppressionChanged, 'end', (changed, record) =>
      app.get(Intake).onSuppression(changed, record),
    ),
    reread<CancelRequested>(topics.cancelRequested, 'end', (request) => app.get(CancelService).cancel(request)),
    reread<StatusChanged>(topics.statusChanged, 'end', (fact) => app.get(RestoreService).onFact(fact)),
    reread<ProviderChanged | null>(topics.providerChanged, 'end', (change, { timestamp }) =>
      app.get(RestoreService).onHold(change, Date.now() - timestamp),
    ),
    reread<ControlChanged>(topics.controlChanged, 'end', (change) => app.get(ControlReports).onChanged(change)),
    // The jobs first, then how far each was: what had ended does not begin again.
    reread<OperationRequested>(topics.operationRequested, 'committed', (job) =>
      app.get(OperationRunner).onRequested(job),
    ),
    reread<OperationChanged>(topics.operationChanged, 'end', (word) => app.get(OperationRunner).onOwnWord(word)),
  ],
  onQuarantine: (app: App, record: IncomingRecord, error: unknown): Promise<void> =>
    app.get(EndingService).onQuarantine(record, error),
});
