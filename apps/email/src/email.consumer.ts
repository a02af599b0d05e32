import {
  type CancelRequested,
  type EmailRequested,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  type SuppressionChanged,
  topics,
} from '#libs/contracts';
import { CancelService, Intake } from '#libs/delivery';
import { On, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EmailMessage } from './email-message.ts';

/** Translates records and delegates. */
@Controller()
export class EmailConsumer {
  constructor(
    @Inject(Intake) private readonly intake: Intake<EmailRequested, EmailMessage>,
    @Inject(CancelService) private readonly cancels: CancelService,
  ) {}

  @On(topics.emailRequested)
  onRequested(@Payload() request: EmailRequested, @Ctx() context: RecordContext): Promise<void> {
    return this.intake.onRequested(request, context);
  }

  @On(topics.emailDue)
  onDue(@Payload() due: SendDue, @Ctx() context: RecordContext): Promise<void> {
    return this.intake.onDue(due, context);
  }

  @On(topics.sendPlanned)
  onPlanned(@Payload() planned: SendPlanned): Promise<void> {
    return this.intake.onPlanned(planned);
  }

  @On(topics.statusChanged)
  onStatus(@Payload() fact: StatusChanged): Promise<void> {
    return this.intake.onStatus(fact);
  }

  @On(topics.cancelRequested)
  onCancel(@Payload() request: CancelRequested): Promise<void> {
    return this.cancels.cancel(request);
  }

  @On(topics.suppressionChanged)
  onSuppression(@Payload() changed: SuppressionChanged | null, @Ctx() context: RecordContext): Promise<void> {
    return this.intake.onSuppression(changed, context);
  }
}
