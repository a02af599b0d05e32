import {
  type CancelRequested,
  type Channel,
  type ControlChanged,
  identityKey,
  type InboundReceived,
  isAcceptanceRevoked,
  type ParkedChanged,
  phoneIdentity,
  recipientHash,
  type SmsRequested,
  type ReceiptMissing,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  type SuppressionChanged,
  topics,
} from '#libs/contracts';
import { BacklogService, CancelService, Intake, TemplateResendService } from '#libs/delivery';
import { ControlReports } from '#libs/runtime';
import { On, OnMany, ReadRecord, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Conversations } from './conversation/conversations.port.ts';
import { ResendPlans } from './conversation/resend-plans.port.ts';
import { smsCatalogue } from './providers/catalogue.ts';
import type { SmsMessage } from './sms-message.ts';
import { type SmsConfig, smsConfig } from './sms.config.ts';

/** The providers' codes for a WhatsApp text outside the 24-hour window. */
const outsideWindow = new Set(smsCatalogue.flatMap((definition) => definition.outsideWindow ?? []));

/** This service’s channel. */
const channel: Channel = 'sms';

/** Translates records and delegates. */
@Controller()
export class SmsConsumer {
  private readonly hashKey: string;

  constructor(
    @Inject(Intake) private readonly intake: Intake<SmsRequested, SmsMessage>,
    @Inject(CancelService) private readonly cancels: CancelService,
    @Inject(BacklogService) private readonly backlog: BacklogService,
    @Inject(ControlReports) private readonly controls: ControlReports,
    @Inject(TemplateResendService) private readonly templateResends: TemplateResendService,
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(ResendPlans) private readonly resendPlans: ResendPlans,
    @Inject(smsConfig.KEY) config: Pick<SmsConfig, 'RECIPIENT_HASH_KEY'>,
  ) {
    this.hashKey = config.RECIPIENT_HASH_KEY;
  }

  @OnMany(topics.smsRequested)
  onRequested(@Payload() requests: readonly ReadRecord<SmsRequested>[]): void {
    this.intake.onRequested(requests);
  }

  @OnMany(topics.smsDue)
  onDue(@Payload() due: readonly ReadRecord<SendDue>[]): void {
    this.intake.onDue(due);
  }

  @On(topics.sendPlanned)
  onPlanned(@Payload() planned: SendPlanned): Promise<void> {
    return this.intake.onPlanned(planned);
  }

  @OnMany(topics.statusChanged)
  onStatus(@Payload() facts: readonly ReadRecord<StatusChanged>[]): void {
    this.intake.onStatus(facts, (fact) => this.followWindow(fact));
  }

  /** A text was refused outside of WhatsApp's window, or its acceptance was revoked. */
  private async followWindow(fact: StatusChanged): Promise<void> {
    const code = fact.failure?.code;
    if (code !== undefined && outsideWindow.has(code) && fact.recipient)
      await this.conversations.forget(fact.recipient.hash);
    if (isAcceptanceRevoked(fact) && fact.channel === channel) await this.goAsTemplate(fact);
  }

  /** The next hop uses the template, since the window is known to be closed by now, or goes from another sender. */
  private async goAsTemplate(fact: StatusChanged): Promise<void> {
    const { tenant, channel, messageId, hop } = fact;
    if (messageId === undefined || hop === undefined) return;
    await this.templateResends.resendAsTemplate(
      fact,
      await this.resendPlans.of(identityKey({ tenant, channel, messageId }), hop),
    );
  }

  /** A person who writes on WhatsApp opens the window in which free-form text may be sent to them. */
  @On(topics.inboundReceived)
  async onInbound(@Payload() { channel: of, kind, from, to, at }: InboundReceived): Promise<void> {
    if (of === channel && kind === 'whatsapp')
      await this.conversations.heard({
        recipient: recipientHash(this.hashKey, from),
        business: phoneIdentity(to),
        at: new Date(at),
      });
  }

  @On(topics.receiptMissing)
  onReceiptMissing(@Payload() missing: ReceiptMissing): Promise<void> {
    return this.intake.onReceiptMissing(missing);
  }

  @On(topics.cancelRequested)
  onCancel(@Payload() request: CancelRequested): Promise<void> {
    return this.cancels.cancel(request);
  }

  @On(topics.parkedChanged)
  onParked(@Payload() changed: ParkedChanged, @Ctx() context: RecordContext): Promise<void> {
    return this.backlog.onParked(changed, context);
  }

  @On(topics.controlChanged)
  onControl(@Payload() changed: ControlChanged): Promise<void> {
    return this.controls.onChanged(changed);
  }

  @On(topics.suppressionChanged)
  onSuppression(@Payload() changed: SuppressionChanged | null, @Ctx() { record }: RecordContext): Promise<void> {
    return this.intake.onSuppression(changed, record);
  }
}
