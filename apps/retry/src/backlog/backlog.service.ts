import { nearestInstant, topics } from '#libs/contracts';
import { Health, Jobs, LOGGER } from '#libs/runtime';
import { count, counters, type Logger } from '#libs/telemetry';
import { Publisher } from '#libs/transport';
import { Inject, Injectable } from '@nestjs/common';
import { type RetryConfig, retryConfig } from '../retry.config.ts';
import { ParkedCount, type ParkedState } from './backlog.port.ts';

const EVERY_MS = 5_000;

/** How long channels believe it, in milliseconds: it is said again well before. */
const HOLDS_FOR_MS = 60_000;

/**
 * Tells the channels when too much is parked, so that bulk requests stay in Kafka. It is said again and again while it
 * is so: a word that is lost, or a table that is restored, changes nothing for long.
 */
@Injectable()
export class BacklogService {
  private state: ParkedState | undefined;
  private readonly limit: number;

  constructor(
    @Inject(ParkedCount) private readonly parked: ParkedCount,
    @Inject(Publisher) private readonly publisher: Pick<Publisher, 'publish'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'info' | 'warn'>,
    @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'PARKED_MAX'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
  ) {
    this.limit = config.PARKED_MAX;
    jobs.add({ name: 'parked', everyMs: EVERY_MS, round: () => this.round() });
    health.addConcern('parked', () => this.concern());
  }

  /** @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe. */
  async round(): Promise<void> {
    const state = await this.parked.count(this.limit);
    if (!state) return;
    this.state = state;
    const { parked, isFull, hasChanged } = state;
    if (hasChanged) this.tell(state);
    if (!isFull && !hasChanged) return;
    const forMs = isFull ? HOLDS_FOR_MS : 0;
    const value = { parked, limit: this.limit, isFull, forMs, at: nearestInstant(Date.now()) };
    await this.publisher.publish({ topic: topics.parkedChanged, key: 'parked', value });
  }

  private tell({ parked, isFull }: ParkedState): void {
    count(counters.parkedFull, { 'mi.parked.state': isFull ? 'full' : 'room' });
    const fields = { parked, limit: this.limit };
    if (isFull) this.logger.warn(fields, 'too many messages are parked: bulk requests stay in Kafka');
    else this.logger.info(fields, 'half of the parked messages have gone: bulk requests are read again');
  }

  /** For the readiness. Undefined: there is room. */
  private concern(): { meaning: string; remedy: string } | undefined {
    if (!this.state?.isFull) return undefined;
    return {
      meaning:
        `${this.state.parked} messages or more are parked (PARKED_MAX ${this.limit}): bulk requests stay in ` +
        'Kafka.',
      remedy: 'They wait for providers: messaging holds list says which are left alone, and why.',
    };
  }
}
