import { type CancelRequested, type Identity, InfrastructureDown, type SendDeferred, type StatusChanged, topics } from '#libs/contracts';
import { silentLogger } from '#libs/testing';
import type { IncomingRecord, Publisher } from '#libs/transport';
import { KafkaAnnouncer } from '../../../../apps/retry/src/announce/announcer.adapter.ts';
import { PlanService } from '../../../../apps/retry/src/plan/plan.service.ts';
import { KafkaProofReading } from '../../../../apps/retry/src/release/proof-reading.adapter.ts';
import { ReleaserService } from '../../../../apps/retry/src/release/releaser.service.ts';
import { RetryConfig } from '../../../../apps/retry/src/retry.config.ts';
import { StopService } from '../../../../apps/retry/src/stop/stop.service.ts';
import type { Process } from './scheduler.ts';
import type { Member } from './sim-kafka.ts';
import type { World } from './world.ts';

const config = RetryConfig.parse({
  DATABASE_URL: 'postgres://unused',
  KAFKA_TOPIC_PREFIX: '',
  RETRY_MAX_ATTEMPTS: 3,
  RECONCILE_AFTER_MS: 10_000,
  RECONCILE_WINDOW_URGENT_MS: 20_000,
  RECONCILE_WINDOW_TRANSACTIONAL_MS: 40_000,
  RECONCILE_WINDOW_BULK_MS: 40_000,
});
const logger = silentLogger();

/** Retry's real services over the tables of the simulated world. */
export class RetryWorker {
  readonly topics = [topics.sendDeferred, topics.statusChanged, topics.cancelRequested];
  private readonly process: Process;
  private readonly world: World;
  private readonly planning: PlanService;
  private readonly stopping: StopService;
  private readonly releaser: ReleaserService;
  private releasing = false;

  constructor({ process, kafka }: Member, world: World) {
    this.process = process;
    this.world = world;
    const { retry, clock } = world;
    const ask = <T>(what: string, effect: () => T) => world.scheduler.ask(process, 'postgres', what, effect);
    const announcer = new KafkaAnnouncer(world.publisherOf(process) as Publisher);
    // A decision has a millisecond of its own: what was there before it is told from what came after.
    this.planning = new PlanService({ decideOnce: (question) => ask(`decides on ${question.deferred.messageId}/${question.deferred.hop}`, () => retry.decideOnce(question, (clock.now += 1))) }, announcer, config, logger, () => ({ now: clock.now, jitter: 0.5 }));
    const stops = {
      prove: (of: Identity, hop: number) => ask('stops what is proven', () => retry.prove(of, hop, clock.now)),
      cancel: (of: Identity) => ask(`cancels ${of.messageId}`, () => retry.cancel(of, clock.now)),
    };
    this.stopping = new StopService(stops, announcer, logger);
    this.releaser = new ReleaserService(
      {
        waitingResends: () => ask('looks for what goes again', () => retry.waitingResends(clock.now)),
        take: (proofRead) => ask('takes what is due', () => retry.take(proofRead, clock.now)),
        markPublished: async (token, plans) => {
          if (plans.length > 0) await ask('marks what was published', () => retry.markPublished(token, plans, clock.now));
        },
      },
      new KafkaProofReading(kafka, config), announcer, config, new AbortController().signal, logger,
    ); // prettier-ignore
  }

  /** One round of the release loop, unless the last one still runs. */
  release(): void {
    if (this.releasing) return;
    this.releasing = true;
    const over = () => (this.releasing = false);
    this.releaser.releaseDue().then(over, over);
  }

  async handle(record: IncomingRecord): Promise<boolean> {
    for (let round = 0; ; round += 1) {
      try {
        await this.on(record);
        return true;
      } catch (error) {
        if (!(error instanceof InfrastructureDown)) throw error;
        await this.world.scheduler.wait(this.process, Math.min(5_000, 200 * 2 ** round));
      }
    }
  }

  private on(record: IncomingRecord): Promise<void> {
    const json: unknown = JSON.parse(record.value!.toString());
    switch (record.topic.name) {
      case topics.sendDeferred.name: return this.planning.plan(json as SendDeferred);
      case topics.cancelRequested.name: return this.stopping.cancel(json as CancelRequested);
      default: return this.stopping.learn(json as StatusChanged);
    } // prettier-ignore
  }
}
