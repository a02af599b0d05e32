import { type SmsRequested, type SendDue, type StatusChanged, topics } from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import { On, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { SmsMessage } from './sms-message.ts';

/** Translates records and delegates to the engine. */
@Controller()
export class SmsConsumer {
  private readonly engine: DeliveryEngine<SmsRequested, SmsMessage>;

  constructor(@Inject(DeliveryEngine) engine: DeliveryEngine<SmsRequested, SmsMessage>) {
    this.engine = engine;
  }

  @On(topics.smsRequested)
  onRequested(@Payload() request: SmsRequested, @Ctx() context: RecordContext): Promise<void> {
    return this.engine.onRequested(request, context);
  }

  @On(topics.smsDue)
  onDue(@Payload() due: SendDue, @Ctx() context: RecordContext): Promise<void> {
    return this.engine.onDue(due, context);
  }

  @On(topics.statusChanged)
  onStatus(@Payload() fact: StatusChanged): Promise<void> {
    return this.engine.onStatus(fact);
  }
}
