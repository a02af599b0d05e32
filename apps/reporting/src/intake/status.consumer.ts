import { type StatusChanged, topics } from '#libs/contracts';
import { activeTraceId } from '#libs/telemetry';
import { type IncomingRecord, OnMany, ReadRecord } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Projection } from '../projection/projection.port.ts';
import { Losses } from './losses.service.ts';
import { factOfStatus } from './translate.ts';

@Controller()
export class StatusConsumer {
  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Losses) private readonly losses: Losses,
  ) {}

  @OnMany(topics.statusChanged)
  onStatus(@Payload() facts: readonly ReadRecord<StatusChanged>[]): void {
    for (const read of facts) void read.doneAfter((changed) => this.project(changed, read.record));
  }

  private project(changed: StatusChanged, { headers }: IncomingRecord): Promise<void> {
    // Without a traceparent, the active trace belongs to this consumer only, not to the message.
    const traceId = headers['traceparent'] ? activeTraceId() : undefined;
    const { of, fact } = factOfStatus(changed, traceId);
    return this.projection.project({ of, fact: this.losses.of(topics.statusChanged, fact) });
  }
}
