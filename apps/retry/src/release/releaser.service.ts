import { InfrastructureDown } from '#libs/contracts';
import { Jobs, LOGGER } from '#libs/runtime';
import { contextFrom, inSpan, type Logger, SpanKind } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { EndingService } from '../plan/ending.service.ts';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { type DuePlan, DuePlans } from './due-plans.port.ts';
import { Pace } from './pace.ts';
import { EvidenceReader, type ReadUpTo } from './evidence-reader.port.ts';

/** Hands messages back to their channels when they are due: take, publish, mark. */
@Injectable()
export class ReleaserService {
  private readonly pace: Pace;

  constructor(
    @Inject(DuePlans) private readonly plans: DuePlans,
    @Inject(EvidenceReader) private readonly evidences: EvidenceReader,
    @Inject(OutcomePublisher) private readonly outcomes: OutcomePublisher,
    @Inject(EndingService) private readonly endings: Pick<EndingService, 'endPlan'>,
    @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'RETRY_POLL_MS' | 'RETRY_RELEASE_PER_S'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.pace = new Pace(config.RETRY_RELEASE_PER_S);
    jobs.add({ name: 'release', everyMs: config.RETRY_POLL_MS, round: () => this.releaseDue() });
  }

  /** One batch. What Kafka did not take stays leased and is taken again when the lease is over. */
  async releaseDue(): Promise<{ more: boolean }> {
    const most = this.pace.most(performance.now());
    if (most === 0) return { more: false };
    const { token, plans, more } = await this.plans.take(await this.evidenceRead(), most);
    this.pace.took(plans.length);
    const results = await Promise.allSettled(plans.map((plan) => this.release(plan)));
    await this.plans.markPublished(
      token,
      plans.filter((_, index) => results[index]?.status === 'fulfilled'),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return { more };
  }

  /** Asked only while something waits for it. */
  private async evidenceRead(): Promise<ReadUpTo> {
    const { now, channels } = await this.plans.waitingResends();
    if (channels.length === 0) return {};
    try {
      return await this.evidences.upTo(now, channels);
    } catch (err) {
      if (!(err instanceof InfrastructureDown)) throw err;
      this.logger.warn(
        { err },
        'messages whose answers were lost wait: how far evidence has been read cannot be found out',
      );
      return {};
    }
  }

  /**
   * Hands one message back to its channel. One that cannot be handed back ends, and counts as released.
   * @throws InfrastructureDown when Kafka cannot be reached; repeating is safe.
   */
  async release({ due, trace }: DuePlan): Promise<void> {
    const { tenant, channel, messageId, lane, hop, mode } = due;
    const attributes = {
      'messaging.message.id': messageId,
      'mi.tenant': tenant,
      'mi.channel': channel,
      'mi.lane': lane,
      'mi.hop': hop,
      'mi.mode': mode,
    };
    await inSpan('retry release', { kind: SpanKind.PRODUCER, attributes, parent: contextFrom(trace) }, async () => {
      try {
        await this.outcomes.due(due);
      } catch (err) {
        if (err instanceof InfrastructureDown) throw err;
        this.logger.error(
          { err, tenant, channel, messageId, lane, hop, mode },
          'a plan cannot be handed back to its channel: its message ends',
        );
        // Taken again, it would be refused again: it counts as released.
        return this.endings.endPlan(due, err);
      }
      this.logger.info({ tenant, channel, messageId, lane, hop, mode }, 'released');
    });
  }
}
