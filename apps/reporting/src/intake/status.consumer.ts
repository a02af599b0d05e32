import { type StatusChanged, topics } from '#libs/contracts';
import { activeTraceId } from '#libs/telemetry';
import { On, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Projection } from '../projection/projection.port.ts';
import { Losses } from './losses.service.ts';
import { factOfStatus } from './translate.ts';

@Controller()
export class StatusConsumer {
  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Losses) private readonly losses: Losses,
  ) {}

  @On(topics.statusChanged)
  onStatus(@Payload() changed: StatusChanged, @Ctx() context: RecordContext): Promise<void> {
    // Without a traceparent, the active trace belongs to this consumer only, not to the message.
    const traceId = context.record.headers['traceparent'] ? activeTraceId() : undefined;
    const { of, fact } = factOfStatus(changed, traceId);
    return this.projection.project({ of, fact: this.losses.of(topics.statusChanged, fact) });
  }
}
