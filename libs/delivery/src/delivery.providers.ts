import { type Channel, recipientRef } from '#libs/contracts';
import { Controls, KAFKA, kafkaConfig, LOGGER, made, POOL, STOPPING } from '#libs/runtime';
import { HeldTopics, Publisher } from '#libs/transport';
import { Intake } from './accept/intake.service.ts';
import { Backlog } from './backlog/backlog.port.ts';
import { BacklogService } from './backlog/backlog.service.ts';
import { PostgresBacklog } from './backlog/backlog.store.ts';
import { CancelService } from './cancel/cancel.service.ts';
import { Cancellations } from './cancel/cancellations.port.ts';
import { PostgresCancellations } from './cancel/cancellations.store.ts';
import { ChannelPort, type RequestEnvelope } from './channel.port.ts';
import { type DeliveryConfig, deliveryConfig } from './delivery.config.ts';
import { DeliveryService } from './delivery.service.ts';
import { controlParts } from './controls/controls.providers.ts';
import { Ledger } from './delivery.ts';
import { EndingService } from './ending/ending.service.ts';
import { ExplainService } from './explain/explain.service.ts';
import { KafkaHandoverReading } from './handover/handover-reading.adapter.ts';
import { HandoverReading, HandoverWatch } from './handover/handover-watch.service.ts';
import { Handovers } from './handover/handovers.port.ts';
import { PostgresHandovers } from './handover/handovers.store.ts';
import { PostgresLedger } from './ledger/ledger.store.ts';
import { ConfiguredProviders } from './provider/configured-providers.ts';
import { OutcomePublisher } from './publish/outcome-publisher.service.ts';
import { ReceiptsService } from './receipts/receipts.service.ts';
import { QuietHours } from './quiet/quiet-hours.ts';
import { missingReceiptParts } from './receipts/missing/missing-receipts.providers.ts';
import { ReceiptLookups } from './receipts/missing/receipt-lookups.service.ts';
import { restoreParts } from './restore/restore.providers.ts';
import { HeldProviders } from './route/holds/held-providers.ts';
import { routeParts } from './route/route.providers.ts';
import { RoutingService } from './route/routing.service.ts';
import { Suppressions } from './suppressions/suppressions.port.ts';
import { SuppressionsService } from './suppressions/suppressions.service.ts';
import { PostgresSuppressions } from './suppressions/suppressions.store.ts';
import { revokeAcceptance } from './template-resend/revoke-acceptance.store.ts';
import { TemplateResendService } from './template-resend/template-resend.service.ts';
import { OtherEvents } from './webhooks/other-events.service.ts';
import type { Abstract, FactoryProvider } from '@nestjs/common';

const config = deliveryConfig.KEY;
const port = ChannelPort as Abstract<ChannelPort<RequestEnvelope, unknown>>;

/** The duration of a lease: a call's timeout and the guard, in milliseconds. */
const leaseOf = ({ callTimeoutMs }: ConfiguredProviders<unknown>, { LEASE_GUARD_MS }: DeliveryConfig) =>
  callTimeoutMs + LEASE_GUARD_MS;

/** The parts of a channel's delivery and their dependencies. */
export const deliveryParts = (channel: Channel): FactoryProvider[] => [
  ...storesOf(channel),
  ...routeParts(channel),
  ...publishing(channel),
  ...missingReceiptParts(channel),
  made(QuietHours, { config }, ({ config }) => new QuietHours(config.QUIET_HOURS, channel)),
  ...restoreParts(channel),
  ...controlParts(channel),
  made(
    DeliveryService,
    {
      channel: port,
      configured: ConfiguredProviders,
      routing: RoutingService,
      quietHours: QuietHours,
      ledger: Ledger,
      outcomes: OutcomePublisher,
      logger: LOGGER,
      stopping: STOPPING,
      config,
    },
    ({ configured, config, ...parts }) =>
      new DeliveryService({
        ...parts,
        providers: parts.channel.providers,
        refusing5xx: configured.refusing5xx,
        leaseMs: leaseOf(configured, config),
        guardMs: config.LEASE_GUARD_MS,
        retentionDays: config.LEDGER_RETENTION_DAYS,
        coalesceLingerMs: parts.channel.coalesceLingerMs,
      }),
  ),
  made(
    Intake,
    {
      channel: port,
      dispatcher: DeliveryService,
      routing: RoutingService,
      ledger: Ledger,
      handovers: Handovers,
      cancels: CancelService,
      suppressed: Suppressions,
      lookups: ReceiptLookups,
      config,
    },
    ({ config, ...parts }) =>
      new Intake({
        ...parts,
        hashKey: config.RECIPIENT_HASH_KEY,
        scheduleAtMostDays: config.SCHEDULE_AT_MOST_DAYS,
      }),
  ),
  made(
    ExplainService,
    {
      channel: port,
      routing: RoutingService,
      suppressed: Suppressions,
      quietHours: QuietHours,
      controls: Controls,
      config,
    },
    ({ config, ...parts }) =>
      new ExplainService({
        ...parts,
        hashKey: config.RECIPIENT_HASH_KEY,
        scheduleAtMostDays: config.SCHEDULE_AT_MOST_DAYS,
      }),
  ),
  made(
    EndingService,
    { port, dispatcher: DeliveryService, outcomes: OutcomePublisher, logger: LOGGER, config },
    ({ port, config, ...parts }) =>
      new EndingService({
        ...parts,
        channel,
        schema: port.schema,
        recipientsOf: (request) =>
          port
            .addressesOf(port.schema.parse(request))
            .map((address) => recipientRef(config.RECIPIENT_HASH_KEY, address)),
      }),
  ),
];

/** The stores in the channel's schema. */
const storesOf = (schema: Channel): FactoryProvider[] => [
  made(
    Ledger,
    { pool: POOL, configured: ConfiguredProviders, held: HeldProviders, config },
    ({ pool, configured, held, config }) =>
      new PostgresLedger({
        pool,
        schema,
        leaseMs: leaseOf(configured, config),
        retentionDays: config.LEDGER_RETENTION_DAYS,
        onHolds: (holds) => held.take(holds),
      }),
  ),
  made(
    Handovers,
    { pool: POOL, config },
    ({ pool, config }) => new PostgresHandovers({ pool, schema, answerMs: config.HANDOVER_ANSWER_MS }),
  ),
  made(
    Cancellations,
    { pool: POOL, config },
    ({ pool, config }) => new PostgresCancellations(pool, schema, config.LEDGER_RETENTION_DAYS),
  ),
  made(Suppressions, { pool: POOL }, ({ pool }) => new PostgresSuppressions(pool, schema)),
  made(Backlog, { pool: POOL }, ({ pool }) => new PostgresBacklog(pool, schema)),
];

/** What publishes outcomes and webhooks, and what watches hand-overs. */
const publishing = (channel: Channel): FactoryProvider[] => [
  made(
    OutcomePublisher,
    { publisher: Publisher, handovers: Handovers, logger: LOGGER },
    ({ publisher, handovers, logger }) => new OutcomePublisher(publisher, handovers, logger),
  ),
  made(SuppressionsService, { publisher: Publisher }, ({ publisher }) => new SuppressionsService(publisher)),
  made(
    ReceiptsService,
    { outcomes: OutcomePublisher, suppressions: SuppressionsService },
    ({ outcomes, suppressions }) => new ReceiptsService(outcomes, suppressions),
  ),
  made(
    OtherEvents,
    { publisher: Publisher, logger: LOGGER },
    ({ publisher, logger }) => new OtherEvents(publisher, logger),
  ),
  made(
    CancelService,
    { cancellations: Cancellations, outcomes: OutcomePublisher, logger: LOGGER, config },
    ({ config, ...parts }) => new CancelService({ ...parts, channel, waitMs: config.CANCEL_WAIT_MS, now: Date.now }),
  ),
  made(
    HandoverReading,
    { kafka: KAFKA, config: kafkaConfig.KEY },
    ({ kafka, config }) => new KafkaHandoverReading(kafka, config.KAFKA_TOPIC_PREFIX, channel),
  ),
  made(
    HandoverWatch,
    { handovers: Handovers, outcomes: OutcomePublisher, logger: LOGGER, config },
    ({ outcomes, config, ...parts }) =>
      new HandoverWatch({
        ...parts,
        channel,
        publish: (deferred) => outcomes.handOver(deferred),
        answerMs: config.HANDOVER_ANSWER_MS,
      }),
  ),
  made(
    BacklogService,
    { backlog: Backlog, held: HeldTopics, kafka: kafkaConfig.KEY, logger: LOGGER },
    ({ kafka, ...parts }) => new BacklogService({ ...parts, channel, prefix: kafka.KAFKA_TOPIC_PREFIX }),
  ),
  made(
    TemplateResendService,
    { pool: POOL, outcomes: OutcomePublisher, stopping: STOPPING },
    ({ pool, outcomes, stopping }) =>
      new TemplateResendService((id, hop) => revokeAcceptance({ pool, schema: channel }, id, hop), outcomes, stopping),
  ),
];
