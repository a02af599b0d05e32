import { Jobs } from '#libs/runtime';
import { contextFrom, underContext } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { discardedFact, redrivenFact } from '../publish/facts.policy.ts';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { Letters, type SettledLetter } from './letters.port.ts';

const LOOK_EVERY_MS = 300;
const PORTION = 500;

/** Reports what operators have done with dead letters: the row first, then the fact, then the mark. */
@Injectable()
export class LetterReporting {
  constructor(
    @Inject(Letters) private readonly letters: Letters,
    @Inject(OutcomePublisher) private readonly outcomes: Pick<OutcomePublisher, 'facts'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    jobs.add({ name: 'dead letters dealt with', everyMs: LOOK_EVERY_MS, round: () => this.round() });
  }

  /** @throws InfrastructureDown when PostgreSQL or Kafka cannot be reached; repeating is safe. */
  async round(): Promise<{ more: boolean }> {
    const settled = await this.letters.unreported(PORTION);
    if (settled.length === 0) return { more: false };
    await Promise.all(
      settled.map((each) => underContext(contextFrom(each.trace), () => this.outcomes.facts([factOf(each)]))),
    );
    await this.letters.markReported(settled);
    return { more: settled.length === PORTION };
  }
}

const factOf = ({ state, letter, redrivenHop, operationId, at }: SettledLetter) =>
  state === 'redriven' && redrivenHop !== null
    ? redrivenFact(letter, redrivenHop, operationId, at)
    : discardedFact(letter, operationId, at);
