import type { Channel } from '#libs/contracts';
import { ControlReports, Health, Jobs } from '#libs/runtime';
import { Intake } from './accept/intake.service.ts';
import { BacklogService } from './backlog/backlog.service.ts';
import { CancelService } from './cancel/cancel.service.ts';
import { ChannelPort } from './channel.port.ts';
import { pausedConcern } from './controls/carry-out.ts';
import { PausedTopics } from './controls/paused-topics.service.ts';
import { deliveryConfig } from './delivery.config.ts';
import { deliveryParts } from './delivery.providers.ts';
import { ExplainService } from './explain/explain.service.ts';
import { HandoverReading, HandoverWatch } from './handover/handover-watch.service.ts';
import { ConfiguredProviders } from './provider/configured-providers.ts';
import { ReceiptLookups } from './receipts/missing/receipt-lookups.service.ts';
import { ReceiptWatch } from './receipts/missing/receipt-watch.ts';
import { ReceiptsService } from './receipts/receipts.service.ts';
import { ProviderHealth } from './route/health/provider-health.ts';
import { Holds } from './route/holds/holds.port.ts';
import { HoldReports } from './route/holds/hold-reports.service.ts';
import { VerifiedSendersService } from './route/senders/verified-senders.service.ts';
import { Suppressions } from './suppressions/suppressions.port.ts';
import { SuppressionsService } from './suppressions/suppressions.service.ts';
import { TemplateResendService } from './template-resend/template-resend.service.ts';
import { OtherEvents } from './webhooks/other-events.service.ts';
import { type DynamicModule, Inject, type InjectionToken, Module, type Provider } from '@nestjs/common';

export interface DeliveryModuleOptions {
  channel: Channel;
  /** Providers of the channel's ChannelPort and ConfiguredProviders, and of their dependencies. */
  providers: readonly Provider[];
  /** Those of them that the channel's own module also uses. */
  exports?: readonly InjectionToken[];
}

/** What a channel's consumers and webhooks inject. */
const given = [
  Intake,
  CancelService,
  ReceiptsService,
  OtherEvents,
  Suppressions,
  SuppressionsService,
  TemplateResendService,
  ExplainService,
  Holds,
  HoldReports,
  ChannelPort,
  ConfiguredProviders,
  BacklogService,
  ControlReports,
];

/** Sends the messages of one channel: accept → ledger → route → send → publish. */
@Module({})
export class DeliveryModule {
  constructor(
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
    @Inject(CancelService) cancels: CancelService,
    @Inject(HandoverWatch) watch: HandoverWatch,
    @Inject(HandoverReading) reading: HandoverReading,
    @Inject(HoldReports) holds: HoldReports,
    @Inject(ProviderHealth) circuits: ProviderHealth,
    @Inject(VerifiedSendersService) senders: VerifiedSendersService,
    @Inject(BacklogService) backlog: BacklogService,
    @Inject(ControlReports) controls: ControlReports,
    @Inject(PausedTopics) pausedTopics: PausedTopics,
    @Inject(ChannelPort) port: Pick<ChannelPort<unknown, unknown>, 'channel'>,
    @Inject(ReceiptLookups) lookups: ReceiptLookups,
    @Inject(ReceiptWatch) receipts: ReceiptWatch,
  ) {
    const own = [senders.job(), backlog.job(), pausedTopics.job(), ...controls.jobs(), ...lookups.jobs()];
    for (const job of [...cancels.jobs(), watch.job(reading), ...holds.jobs(), ...own]) jobs.add(job);
    health.addConcern('receipts', () => receipts.concern());
    health.addConcern('handovers', () => watch.concern());
    health.addConcern('holds', () => holds.concern());
    health.addConcern('circuits', () => circuits.concern());
    health.addConcern('backlog', () => backlog.concern());
    health.addConcern('paused', () => pausedConcern(controls.inForce(), port.channel));
  }

  static forChannel({ channel, providers, exports = [] }: DeliveryModuleOptions): DynamicModule {
    return {
      module: DeliveryModule,
      providers: [...providers, deliveryConfig.provider, ...deliveryParts(channel)],
      exports: [...given, deliveryConfig.KEY, ...exports],
    };
  }
}
