import {
  type CancelRequested,
  type ControlChanged,
  type EmailRequested,
  type ParkedChanged,
  type ReceiptMissing,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  type SuppressionChanged,
  topics,
} from '#libs/contracts';
import { BacklogService, CancelService, Intake } from '#libs/delivery';
import { ControlReports } from '#libs/runtime';
import { On, OnMany, ReadRecord, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EmailMessage } from './email-message.ts';

/** Translates records and delegates. */
@Controller()
export class EmailConsumer {
  constructor(
    @Inject(Intake) private readonly intake: Intake<EmailRequested, EmailMessage>,
    @Inject(CancelService) private readonly cancels: CancelService,
    @Inject(BacklogService) private readonly backlog: BacklogService,
    @Inject(ControlReports) private readonly controls: ControlReports,
  ) {}

  @OnMany(topics.emailRequested)
  onRequested(@Payload() requests: readonly ReadRecord<EmailRequested>[]): void {
    this.intake.onRequested(requests);
  }

  @OnMany(topics.emailDue)
  onDue(@Payload() due: readonly ReadRecord<SendDue>[]): void {
    this.intake.onDue(due);
  }

  @On(topics.sendPlanned)
  onPlanned(@Payload() planned: SendPlanned): Promise<void> {
    return this.intake.onPlanned(planned);
  }

  @OnMany(topics.statusChanged)
  onStatus(@Payload() facts: readonly ReadRecord<StatusChanged>[]): void {
    this.intake.onStatus(facts);
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
