import { channelOf, channelRegistry, type ChannelRequest } from '#libs/contracts';
import { activeTraceId } from '#libs/telemetry';
import { On, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Projection } from '../projection/projection.port.ts';
import { type ReportingConfig, reportingConfig } from '../reporting.config.ts';
import { type Arrival, factOfRequest } from './translate.ts';

/** Reads requests beside the channels: a message is shown even when its channel is down. */
@Controller()
export class RequestConsumer {
  private readonly hashKey: string;

  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(reportingConfig.KEY) config: ReportingConfig,
  ) {
    this.hashKey = config.RECIPIENT_HASH_KEY;
  }

  @On(...Object.values(channelRegistry).map(({ requested }) => requested))
  async onRequested(@Payload() request: ChannelRequest, @Ctx() context: RecordContext): Promise<void> {
    const channel = channelOf(context.record.topic);
    if (channel) await this.projection.project(factOfRequest(channel, request, this.arrival(context)));
  }

  private arrival({ record }: RecordContext): Arrival {
    return { lane: record.lane, timestamp: record.timestamp, traceId: activeTraceId(), hashKey: this.hashKey };
  }
}
