import { type Channel, recipientRef } from '#libs/contracts';
import type { Pool } from '#libs/persistence';
import { KAFKA, kafkaConfig, LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { type KafkaConfig, Publisher } from '#libs/transport';
import { Intake } from './accept/intake.service.ts';
import { CancelService } from './cancel/cancel.service.ts';
import { Cancellations } from './cancel/cancellations.port.ts';
import { PostgresCancellations } from './cancel/cancellations.store.ts';
import { ChannelPort, type RequestEnvelope } from './channel.port.ts';
import { type DeliveryConfig, deliveryConfig } from './delivery.config.ts';
import { DeliveryService } from './delivery.service.ts';
import { Ledger } from './delivery.ts';
import { EndingService } from './ending/ending.service.ts';
import { KafkaHandoverReading } from './handover/handover-reading.adapter.ts';
import { HandoverReading, HandoverWatch } from './handover/handover-watch.service.ts';
import { Handovers } from './handover/handovers.port.ts';
import { PostgresHandovers } from './handover/handovers.store.ts';
import { PostgresLedger } from './ledger/ledger.store.ts';
import { ConfiguredProviders } from './provider/configured-providers.ts';
import { OutcomePublisher } from './publish/outcome-publisher.service.ts';
import { ReceiptsService } from './receipts/receipts.service.ts';
import { routeParts } from './route/route.module.ts';
import { RoutingService } from './route/routing.service.ts';
import { Suppressions } from './suppressions/suppressions.port.ts';
import { SuppressionsService } from './suppressions/suppressions.service.ts';
import { PostgresSuppressions } from './suppressions/suppressions.store.ts';
import { revokeAcceptance } from './template-resend/revoke-acceptance.store.ts';
import { TemplateResendService } from './template-resend/template-resend.service.ts';
import { OtherEvents } from './webhooks/other-events.service.ts';
import type { FactoryProvider } from '@nestjs/common';
import type { Kafka } from 'kafkajs';

type Port = ChannelPort<RequestEnvelope, unknown>;

/** How long a claim protects its holder: a call's time-out and the guard, in milliseconds. */
const leaseOf = ({ callTimeoutMs }: ConfiguredProviders<unknown>, config: DeliveryConfig) =>
  callTimeoutMs + config.LEASE_GUARD_MS;

/** The parts of a channel's delivery, each made of those that it needs. */
export const deliveryParts = (channel: Channel): FactoryProvider[] => [
  ...storesOf(channel),
  ...routeParts(channel),
  ...publishing(channel),
  {
    provide: DeliveryService,
    inject: [
      ChannelPort,
      ConfiguredProviders,
      RoutingService,
      Ledger,
      OutcomePublisher,
      deliveryConfig.KEY,
      LOGGER,
      STOPPING,
    ],
    useFactory: (
      port: Port,
      providers: ConfiguredProviders<unknown>,
      routing: RoutingService<unknown>,
      ledger: Ledger,
      outcomes: OutcomePublisher,
      config: DeliveryConfig,
      logger: Logger,
      stopping: AbortSignal,
    ) =>
      new DeliveryService({
        channel: port,
        providers: port.providers,
        routing,
        ledger,
        outcomes,
        leaseMs: leaseOf(providers, config),
        guardMs: config.LEASE_GUARD_MS,
        retentionDays: config.LEDGER_RETENTION_DAYS,
        coalesceLingerMs: port.coalesceLingerMs,
        logger,
        stopping,
      }),
  },
  {
    provide: Intake,
    inject: [ChannelPort, DeliveryService, Ledger, Handovers, CancelService, Suppressions, deliveryConfig.KEY],
    useFactory: (
      port: Port,
      dispatcher: DeliveryService<unknown>,
      ledger: Ledger,
      handovers: Handovers,
      cancels: CancelService,
      suppressed: Suppressions,
      config: DeliveryConfig,
    ) =>
      new Intake({
        channel: port,
        dispatcher,
        ledger,
        handovers,
        cancels,
        suppressed,
        hashKey: config.RECIPIENT_HASH_KEY,
        scheduleAtMostDays: config.SCHEDULE_AT_MOST_DAYS,
      }),
  },
  {
    provide: EndingService,
    inject: [ChannelPort, DeliveryService, OutcomePublisher, deliveryConfig.KEY, LOGGER],
    useFactory: (
      port: Port,
      dispatcher: DeliveryService<unknown>,
      outcomes: OutcomePublisher,
      config: DeliveryConfig,
      logger: Logger,
    ) =>
      new EndingService({
        channel,
        schema: port.schema,
        recipientsOf: (request) =>
          port
            .addressesOf(port.schema.parse(request))
            .map((address) => recipientRef(config.RECIPIENT_HASH_KEY, address)),
        dispatcher,
        outcomes,
        logger,
      }),
  },
];

/** What is kept in the channel's schema. */
const storesOf = (channel: Channel): FactoryProvider[] => [
  {
    provide: Ledger,
    inject: [POOL, ConfiguredProviders, deliveryConfig.KEY],
    useFactory: (pool: Pool, providers: ConfiguredProviders<unknown>, config: DeliveryConfig) =>
      new PostgresLedger({
        pool,
        schema: channel,
        leaseMs: leaseOf(providers, config),
        retentionDays: config.LEDGER_RETENTION_DAYS,
      }),
  },
  {
    provide: Handovers,
    inject: [POOL, deliveryConfig.KEY],
    useFactory: (pool: Pool, config: DeliveryConfig) =>
      new PostgresHandovers({ pool, schema: channel, answerMs: config.HANDOVER_ANSWER_MS }),
  },
  {
    provide: Cancellations,
    inject: [POOL, deliveryConfig.KEY],
    useFactory: (pool: Pool, config: DeliveryConfig) =>
      new PostgresCancellations(pool, channel, config.LEDGER_RETENTION_DAYS),
  },
  {
    provide: Suppressions,
    inject: [POOL],
    useFactory: (pool: Pool) => new PostgresSuppressions(pool, channel),
  },
  {
    provide: HandoverReading,
    inject: [KAFKA, kafkaConfig.KEY],
    useFactory: (kafka: Kafka, config: KafkaConfig) =>
      new KafkaHandoverReading(kafka, config.KAFKA_TOPIC_PREFIX, channel),
  },
];

/** What tells others, and looks after what was told. */
const publishing = (channel: Channel): FactoryProvider[] => [
  {
    provide: OutcomePublisher,
    inject: [Publisher, Handovers, LOGGER],
    useFactory: (publisher: Publisher, handovers: Handovers, logger: Logger) =>
      new OutcomePublisher(publisher, handovers, logger),
  },
  {
    provide: SuppressionsService,
    inject: [Publisher],
    useFactory: (publisher: Publisher) => new SuppressionsService(publisher),
  },
  {
    provide: ReceiptsService,
    inject: [OutcomePublisher, SuppressionsService],
    useFactory: (outcomes: OutcomePublisher, suppressions: SuppressionsService) =>
      new ReceiptsService(outcomes, suppressions),
  },
  {
    provide: OtherEvents,
    inject: [Publisher, LOGGER],
    useFactory: (publisher: Publisher, logger: Logger) => new OtherEvents(publisher, logger),
  },
  {
    provide: CancelService,
    inject: [Cancellations, OutcomePublisher, deliveryConfig.KEY, LOGGER],
    useFactory: (cancellations: Cancellations, outcomes: OutcomePublisher, config: DeliveryConfig, logger: Logger) =>
      new CancelService({ channel, cancellations, outcomes, logger, waitMs: config.CANCEL_WAIT_MS, now: Date.now }),
  },
  {
    provide: HandoverWatch,
    inject: [Handovers, OutcomePublisher, deliveryConfig.KEY, LOGGER],
    useFactory: (handovers: Handovers, outcomes: OutcomePublisher, config: DeliveryConfig, logger: Logger) =>
      new HandoverWatch({
        channel,
        handovers,
        publish: (deferred) => outcomes.handOver(deferred),
        logger,
        answerMs: config.HANDOVER_ANSWER_MS,
      }),
  },
  {
    provide: TemplateResendService,
    inject: [POOL, OutcomePublisher, STOPPING],
    useFactory: (pool: Pool, outcomes: OutcomePublisher, stopping: AbortSignal) =>
      new TemplateResendService((id, hop) => revokeAcceptance({ pool, schema: channel }, id, hop), outcomes, stopping),
  },
];
