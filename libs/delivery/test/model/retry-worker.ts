import {
  type CancelRequested,
  type Identity,
  InfrastructureDown,
  type SendDeferred,
  type StatusChanged,
  topics,
} from '#libs/contracts';
import { silentLogger } from '#libs/testing';
import type { IncomingRecord, Publisher } from '#libs/transport';
import { KafkaAnswerReading } from '../../../../apps/retry/src/answer/answer-reading.adapter.ts';
import { answeredBy } from '../../../../apps/retry/src/answer/answered.policy.ts';
import type { Answers } from '../../../../apps/retry/src/answer/answers.port.ts';
import { WatchService } from '../../../../apps/retry/src/answer/watch.service.ts';
import { KafkaOutcomePublisher } from '../../../../apps/retry/src/publish/outcome-publisher.adapter.ts';
import { EndingService } from '../../../../apps/retry/src/plan/ending.service.ts';
import { PlanService } from '../../../../apps/retry/src/plan/plan.service.ts';
import { KafkaEvidenceReader } from '../../../../apps/retry/src/release/evidence-reader.adapter.ts';
import { ReleaserService } from '../../../../apps/retry/src/release/releaser.service.ts';
import { policyOf } from '../../../../apps/retry/src/policy/policy.settings.ts';
import { RetryConfig } from '../../../../apps/retry/src/retry.config.ts';
import { StopService } from '../../../../apps/retry/src/stop/stop.service.ts';
import type { Process } from './scheduler.ts';
import type { Member } from './sim-kafka.ts';
import { answerMs, type World } from './world.ts';

const config = RetryConfig.parse({
  DATABASE_URL: 'postgres://unused',
  KAFKA_TOPIC_PREFIX: '',
  RETRY_MAX_ATTEMPTS: 3,
  RECONCILE_AFTER_MS: 10_000,
  RECONCILE_WINDOW_URGENT_MS: 20_000,
  RECONCILE_WINDOW_TRANSACTIONAL_MS: 40_000,
  RECONCILE_WINDOW_BULK_MS: 40_000,
  RETRY_ANSWER_MS: answerMs,
});
const logger = silentLogger();

/** Retry's real services over the tables of the simulated world. */
export class RetryWorker {
  readonly topics = [topics.sendDeferred, topics.statusChanged, topics.cancelRequested];
  private readonly process: Process;
  private readonly world: World;
  private readonly planning: PlanService;
  private readonly endings: EndingService;
  private readonly stopping: StopService;
  private readonly releaser: ReleaserService;
  private readonly answers: Answers;
  private readonly watch: WatchService;
  private releasing = false;
  private looking = false;

  constructor({ process, kafka }: Member, world: World) {
    this.process = process;
    this.world = world;
    const { retry, clock } = world;
    const ask = <T>(what: string, effect: () => T) => world.scheduler.ask(process, 'postgres', what, effect);
    const outcomes = new KafkaOutcomePublisher(world.publisherOf(process) as Publisher, logger);
    const jobs = { add: () => undefined };
    this.answers = {
      note: (of, hop) => ask(`takes ${of.messageId}/${hop} for answered`, () => retry.note(of, hop, clock.now)),
      overdue: () => ask('looks for what is not answered', () => retry.overdue(clock.now)),
      releaseAgain: (channel, upTo) =>
        ask('releases again what is not answered', () => retry.releaseAgain(channel, upTo, clock.now)),
    };
    const answerReading = world.variant.takesLagForLoss
      ? { upTo: (now: Date) => Promise.resolve(now) }
      : new KafkaAnswerReading(kafka, config);
    this.watch = new WatchService(this.answers, answerReading, config, { addConcern: () => undefined }, jobs, logger);
    // A decision has a millisecond of its own: what was there before it is told from what came after.
    this.planning = new PlanService(
      {
        decideOnce: (question) =>
          ask(`decides on ${question.deferred.messageId}/${question.deferred.hop}`, () =>
            retry.decideOnce(question, (clock.now += 1)),
          ),
      },
      outcomes,
      this.answers,
      { current: policyOf(config) },
      logger,
      () => ({ now: clock.now, jitter: 0.5 }),
    );
    const stops = {
      markAccepted: (of: Identity, hop: number) =>
        ask('stops what is proven', () => retry.markAccepted(of, hop, clock.now)),
      cancel: (of: Identity) => ask(`cancels ${of.messageId}`, () => retry.cancel(of, clock.now)),
    };
    // Nobody redrives here: dead letters are what their topic says.
    const letters = { add: () => Promise.resolve() };
    this.endings = new EndingService(this.planning, outcomes, letters, this.answers, logger);
    this.stopping = new StopService(stops, outcomes, logger);
    this.releaser = new ReleaserService(
      {
        waitingResends: () => ask('looks for what goes again', () => retry.waitingResends(clock.now)),
        take: (evidenceRead) => ask('takes what is due', () => retry.take(evidenceRead, clock.now)),
        markPublished: async (token, plans) => {
          if (plans.length > 0)
            await ask('marks what was published', () => retry.markPublished(token, plans, clock.now));
        },
      },
      new KafkaEvidenceReader(kafka, config),
      outcomes,
      this.endings,
      config,
      jobs,
      logger,
    );
  }

  /** One round of the release loop, unless the last one still runs. */
  release(): void {
    if (this.releasing) return;
    this.releasing = true;
    const over = () => (this.releasing = false);
    this.releaser.releaseDue().then(over, over);
  }

  /** One look after what was released and not answered, unless the last one still runs. */
  look(): void {
    if (this.looking) return;
    this.looking = true;
    const over = () => (this.looking = false);
    this.watch.look().then(over, over);
  }

  async handle(record: IncomingRecord): Promise<boolean> {
    let fault: unknown;
    for (let round = 0; ; round += 1) {
      try {
        // As KafkaStrategy: what cannot be dealt with is quarantined, and its message ended.
        await (fault === undefined ? this.on(record) : this.endMessage(record, fault));
        return true;
      } catch (error) {
        if (error instanceof InfrastructureDown)
          await this.world.scheduler.wait(this.process, Math.min(5_000, 200 * 2 ** round));
        else fault = error;
      }
    }
  }

  private plan(deferred: SendDeferred): Promise<void> {
    if (deferred.request['fault'] === 'planning') throw new TypeError('a bug as it is planned');
    return this.planning.plan(deferred);
  }

  private async endMessage(record: IncomingRecord, error: unknown): Promise<void> {
    if (!this.world.variant.endsNothing) await this.endings.onQuarantine(record, error);
  }

  private on(record: IncomingRecord): Promise<void> {
    const json: unknown = JSON.parse(record.value!.toString());
    switch (record.topic.name) {
      case topics.sendDeferred.name:
        return this.plan(json as SendDeferred);
      case topics.cancelRequested.name:
        return this.stopping.cancel(json as CancelRequested);
      default:
        return this.onFact(json as StatusChanged);
    }
  }

  /** As StopConsumer. */
  private async onFact(fact: StatusChanged): Promise<void> {
    const answered =
      this.world.variant.takesAnyFactForAnAnswer && fact.source === 'email' && fact.hop && fact.messageId
        ? { ...fact, messageId: fact.messageId, hop: fact.hop }
        : answeredBy(fact);
    return answered ? this.answers.note(answered, answered.hop) : this.stopping.onFact(fact);
  }
}
