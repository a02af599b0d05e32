import {
  channelTopics,
  identityKey,
  isAcceptanceRevoked,
  recipientRef,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  type SuppressionChanged,
  topicNames,
} from '#libs/contracts';
import type { Pool } from '#libs/persistence';
import type { Health, Jobs } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { partitionCounts, type Publisher, type RecordContext } from '#libs/transport';
import { OutcomePublisher } from './publish/outcome-publisher.service.ts';
import { CancelService } from './cancel/cancel.service.ts';
import { PostgresCancellations } from './cancel/cancellations.store.ts';
import type { ChannelPort, RequestEnvelope } from './channel.port.ts';
import { firstHop, laterHop } from './accept/decode.ts';
import type { Ledger } from './delivery.ts';
import { DispatchService } from './dispatch.service.ts';
import { EndingService } from './ending/ending.service.ts';
import { RoutingService } from './route/routing.service.ts';
import { KafkaHandoverReading } from './handover/handover-reading.adapter.ts';
import { HandoverWatch } from './handover/handover-watch.service.ts';
import type { Handovers } from './handover/handovers.port.ts';
import { PostgresHandovers } from './handover/handovers.store.ts';
import { breakerLimitsOf, type HealthConfig } from './route/health/health.config.ts';
import { ProviderHealth } from './route/health/provider-health.ts';
import { requireLongMemory } from './ledger/ledger.retention.ts';
import { PostgresLedger } from './ledger/ledger.store.ts';
import { originOf } from './origin.ts';
import { type PermitConfig, senderRatesOf } from './route/permits/permits.config.ts';
import { Permits } from './route/permits/permits.service.ts';
import { PostgresSenderReservations } from './route/reservations/sender-reservations.store.ts';
import { shareOf } from './route/permits/share.policy.ts';
import { ReceiptsService } from './receipts/receipts.service.ts';
import type { Suppressions } from './suppressions/suppressions.port.ts';
import { SuppressionsService, wordOf } from './suppressions/suppressions.service.ts';
import { PostgresSuppressions } from './suppressions/suppressions.store.ts';
import { revokeAcceptance } from './template-resend/revoke-acceptance.store.ts';
import { TemplateResendService } from './template-resend/template-resend.service.ts';
import { OtherEvents } from './webhooks/other-events.service.ts';
import type { Kafka } from 'kafkajs';

export interface EngineOptions<R, M> {
  channel: ChannelPort<R, M>;
  pool: Pool;
  publisher: Publisher;
  logger: Logger;
  stopping: AbortSignal;
  hashKey: string;
  /** The longest a provider's call may take, in milliseconds. */
  callTimeoutMs: number;
  /** What must be left of the lease when a request is written, in milliseconds. */
  guardMs: number;
  retentionDays: number;
  /** How long the request of a cancelled message may be on its way, in milliseconds. */
  cancelWaitMs: number;
  /** How far ahead a message can be scheduled, in days. */
  scheduleAtMostDays: number;
  /** How long retry may take before it is looked after what was handed over, in milliseconds. */
  handoverAnswerMs: number;
  /** Circuits, places and rates. */
  limits: PermitConfig & HealthConfig;
  /** Calls a second by provider, of all replicas together; one that is not named is unlimited. */
  providerRates: ReadonlyMap<string, number>;
  /** How long bulk messages wait for others of the same content, in milliseconds; 0: not at all. */
  coalesceLingerMs?: number;
}

/** The delivery engine given a channel: what its consumers and webhooks delegate to. */
export class DeliveryEngine<R extends RequestEnvelope, M> {
  readonly receipts: ReceiptsService;
  readonly otherEvents: OtherEvents;
  readonly suppressions: SuppressionsService;
  /** Who must not be written to, as this channel knows it. */
  readonly suppressed: Suppressions;
  /** Messages that a provider took and gave back. */
  readonly acceptanceRevoked: TemplateResendService;
  /** What upstream wants sent no more. */
  readonly cancels: CancelService;
  /** Looks after what was handed over to retry. */
  readonly handoverWatch: HandoverWatch;
  /** Messages whose records were quarantined. */
  readonly endings: EndingService;
  private readonly options: EngineOptions<R, M>;
  private readonly outcomes: OutcomePublisher;
  private readonly ledger: Ledger;
  private readonly handovers: Handovers;
  private readonly dispatcher: DispatchService<M>;
  private readonly permits: Permits;
  private partitions: ReadonlyMap<string, number> = new Map();

  constructor(options: EngineOptions<R, M>) {
    const { channel, pool, callTimeoutMs, guardMs, retentionDays } = options;
    const leaseMs = callTimeoutMs + guardMs;
    this.options = options;
    this.handovers = new PostgresHandovers({ pool, schema: channel.channel, answerMs: options.handoverAnswerMs });
    this.outcomes = new OutcomePublisher(options.publisher, this.handovers, options.logger);
    this.handoverWatch = watchOf(options, this.handovers, this.outcomes);
    this.suppressions = new SuppressionsService(options.publisher);
    this.receipts = new ReceiptsService(this.outcomes, this.suppressions);
    this.suppressed = new PostgresSuppressions(pool, channel.channel);
    this.otherEvents = new OtherEvents(options.publisher, options.logger);
    this.acceptanceRevoked = new TemplateResendService(
      (id, hop) => revokeAcceptance({ pool, schema: channel.channel }, id, hop),
      this.outcomes,
      options.stopping,
    );
    this.ledger = new PostgresLedger({ pool, schema: channel.channel, leaseMs, retentionDays });
    this.cancels = cancelsOf(options, this.outcomes);
    this.permits = permitsOf(options);
    const routing = new RoutingService<M>({
      providers: channel.providers,
      permits: this.permits,
      health: healthOf(options),
      holdMs: options.limits.PERMIT_HOLD_MS,
      senderOf: (message) => channel.senderOf(message),
      boundTo: (message) => channel.boundTo(message),
    });
    this.dispatcher = new DispatchService({
      ...options,
      routing,
      providers: channel.providers,
      ledger: this.ledger,
      outcomes: this.outcomes,
      leaseMs,
    });
    this.endings = new EndingService({
      channel: channel.channel,
      schema: channel.schema,
      recipientsOf: (request) =>
        channel.addressesOf(channel.schema.parse(request)).map((address) => recipientRef(options.hashKey, address)),
      dispatcher: this.dispatcher,
      outcomes: this.outcomes,
      logger: options.logger,
    });
  }

  /**
   * Looks at the topics before the first record is read: their retention, and how many partitions share the rates. From
   * then on it looks after what is handed over.
   * @throws InvalidConfiguration, InfrastructureDown
   */
  async prepare(
    kafka: Kafka,
    config: { KAFKA_TOPIC_PREFIX: string; LEDGER_RETENTION_DAYS: number },
    { health, jobs }: { health: Pick<Health, 'addConcern'>; jobs: Pick<Jobs, 'add'> },
  ): Promise<void> {
    const { channel } = this.options.channel;
    await requireLongMemory(kafka, channel, config);
    const { requested, due } = channelTopics[channel];
    const names = [requested, due].flatMap((topic) => topicNames(topic, config.KAFKA_TOPIC_PREFIX));
    this.partitions = await partitionCounts(kafka, names);
    health.addConcern('handovers', () => this.handoverWatch.concern());
    const reading = new KafkaHandoverReading(kafka, config.KAFKA_TOPIC_PREFIX, channel);
    for (const job of [...this.cancels.jobs(), this.handoverWatch.job(reading)]) jobs.add(job);
  }

  /** The group has divided the partitions anew: this replica's part of every rate follows. */
  onAssigned(assigned: Readonly<Record<string, readonly number[]>>): void {
    this.permits.setShare(shareOf(assigned, this.partitions));
  }

  /** A request of this channel: its first hop. */
  async onRequested(request: R, { record, json }: RecordContext): Promise<void> {
    const { channel, hashKey, scheduleAtMostDays } = this.options;
    await this.dispatcher.dispatch(firstHop(channel, request, json, originOf(record), hashKey, scheduleAtMostDays));
  }

  /** A message whose time has come: its next hop. */
  async onDue(due: SendDue, { record }: RecordContext): Promise<void> {
    const { channel, hashKey } = this.options;
    await this.dispatcher.dispatch(laterHop(channel, due, originOf(record), hashKey));
  }

  /** Retry has decided on a message that was handed over. */
  async onPlanned(planned: SendPlanned): Promise<void> {
    if (planned.channel === this.options.channel.channel)
      await this.handovers.decided(identityKey(planned), planned.hop);
  }

  /** A lifecycle fact: the provider's word proves that a hop was accepted; retry's, what came of a cancellation. */
  async onStatus(fact: StatusChanged): Promise<void> {
    const { channel } = this.options.channel;
    await this.cancels.heard(fact);
    if (
      fact.channel !== channel ||
      fact.source !== 'receipt' ||
      !fact.messageId ||
      !fact.hop ||
      isAcceptanceRevoked(fact)
    )
      return;
    await this.ledger.markAccepted(
      identityKey({ tenant: fact.tenant, channel, messageId: fact.messageId }),
      fact.hop,
      fact.providerMessageId,
    );
  }

  /** A word about whom may be written to, of whatever channel; null lifts what stood under its key. */
  async onSuppression(value: SuppressionChanged | null, { record }: RecordContext): Promise<void> {
    const word = wordOf(this.options.channel.channel, value, record);
    if (word) await this.suppressed.apply(word);
  }
}

function watchOf<R, M>(options: EngineOptions<R, M>, handovers: Handovers, outcomes: OutcomePublisher): HandoverWatch {
  const { channel, logger, handoverAnswerMs: answerMs } = options;
  return new HandoverWatch({
    channel: channel.channel,
    handovers,
    publish: (deferred) => outcomes.handOver(deferred),
    logger,
    answerMs,
  });
}

function healthOf<R, M>({ channel, limits, stopping, logger }: EngineOptions<R, M>): ProviderHealth {
  return new ProviderHealth({
    providers: channel.providers.map((provider) => provider.name),
    limits: breakerLimitsOf(limits),
    calls: limits.BULKHEAD_CALLS,
    stopping,
    onChange: (provider, state) => logger.warn({ provider, state }, 'a provider’s circuit has changed'),
  });
}

function cancelsOf<R, M>(
  { channel: { channel }, pool, retentionDays, cancelWaitMs, logger }: EngineOptions<R, M>,
  outcomes: OutcomePublisher,
): CancelService {
  const cancellations = new PostgresCancellations(pool, channel, retentionDays);
  return new CancelService({
    channel,
    cancellations,
    outcomes,
    logger,
    waitMs: cancelWaitMs,
    now: Date.now,
  });
}

function permitsOf<R, M>({ channel, limits, providerRates, pool, stopping, logger }: EngineOptions<R, M>): Permits {
  return new Permits({
    providerRates,
    tenantRatePerS: limits.TENANT_RATE_PER_S,
    senderRates: senderRatesOf(limits),
    reservations: new PostgresSenderReservations(pool, channel.channel),
    reservationMs: limits.SENDER_RESERVATION_MS,
    burstMs: limits.PERMIT_BURST_MS,
    maxWaitMs: limits.PERMIT_MAX_WAIT_MS,
    stopping,
    onError: (err) => logger.warn({ err }, 'the rate of a sender cannot be asked for'),
  });
}
