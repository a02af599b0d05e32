import { failureBy } from '#libs/providers';
import { salvageHandover, type SendDeferred, type SendDue, topics } from '#libs/contracts';
import { LOGGER } from '#libs/runtime';
import { contextFrom, type Logger, traceHeaders, underContext } from '#libs/telemetry';
import { type IncomingRecord, recordIdOf } from '#libs/transport';
import { Inject, Injectable } from '@nestjs/common';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { endOfPlan } from '../publish/facts.policy.ts';
import { Letters } from '../letters/letters.port.ts';
import { Answers } from '../answer/answers.port.ts';
import { remains } from './ending.policy.ts';
import { PlanService } from './plan.service.ts';

/** Ends messages that cannot go on. Each can be reported again, and reports the same. */
@Injectable()
export class EndingService {
  constructor(
    @Inject(PlanService) private readonly planning: PlanService,
    @Inject(OutcomePublisher) private readonly outcomes: OutcomePublisher,
    @Inject(Letters) private readonly letters: Pick<Letters, 'add'>,
    @Inject(Answers) private readonly answers: Pick<Answers, 'note'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * The message of a hand-over that was quarantined. Nothing else that retry quarantines leaves a message open.
   * @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe.
   */
  async onQuarantine(record: IncomingRecord, error: unknown): Promise<void> {
    if (record.topic.name !== topics.sendDeferred.name) return;
    const read = salvageHandover({ ...record, keyIsMessageId: true });
    if (!read)
      return this.logger.error(
        { record: recordIdOf(record) },
        'a hand-over that is quarantined names no message: nothing can be reported of it',
      );
    const failure = failureBy(error);
    const deferred: SendDeferred = remains(read, failure, record.timestamp);
    await underContext(contextFrom(record.headers), () => this.planning.end(deferred, failure));
  }

  /**
   * The message of a plan that cannot go back to its channel. @throws InfrastructureDown when Postgres or Kafka cannot
   * be reached.
   */
  async endPlan(due: SendDue, error: unknown): Promise<void> {
    const { fact, letter } = endOfPlan(due, failureBy(error));
    await this.letters.add(letter, traceHeaders());
    await this.outcomes.facts([fact]);
    await this.outcomes.deadLetter(letter);
    // Nobody else answers it.
    await this.answers.note(due, due.hop);
  }
}
