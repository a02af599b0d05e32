import {
  type CancelRequested,
  type EmailRequested,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  type SuppressionChanged,
  topics,
} from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import { On, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EmailMessage } from './email-message.ts';

/** Translates records and delegates to the engine. */
@Controller()
export class EmailConsumer {
  private readonly engine: DeliveryEngine<EmailRequested, EmailMessage>;

  constructor(@Inject(DeliveryEngine) engine: DeliveryEngine<EmailRequested, EmailMessage>) {
    this.engine = engine;
  }

  @On(topics.emailRequested)
  onRequested(@Payload() request: EmailRequested, @Ctx() context: RecordContext): Promise<void> {
    return this.engine.onRequested(request, context);
  }

  @On(topics.emailDue)
  onDue(@Payload() due: SendDue, @Ctx() context: RecordContext): Promise<void> {
    return this.engine.onDue(due, context);
  }

  @On(topics.sendPlanned)
  onPlanned(@Payload() planned: SendPlanned): Promise<void> {
    return this.engine.onPlanned(planned);
  }

  @On(topics.statusChanged)
  onStatus(@Payload() fact: StatusChanged): Promise<void> {
    return this.engine.onStatus(fact);
  }

  @On(topics.cancelRequested)
  onCancel(@Payload() request: CancelRequested): Promise<void> {
    return this.engine.cancels.cancel(request);
  }

  @On(topics.suppressionChanged)
  onSuppression(@Payload() changed: SuppressionChanged | null, @Ctx() context: RecordContext): Promise<void> {
    return this.engine.onSuppression(changed, context);
  }
}
