import { database, type MicroBatch, microBatch, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { attemptsIn } from '../counts/attempts.policy.ts';
import { shareCounts } from '../counts/counts.store.ts';
import { type Answers, CountedValues } from '../counts/values.store.ts';
import { addLetters } from '../letters/added-letters.store.ts';
import { concernsLetters, deriveLetterStates } from '../letters/letter-states.store.ts';
import { addEvents, addRecipients } from './events.store.ts';
import type { DeadLetterFact, IncomingFact } from './fact.ts';
import type { KnownFact } from './join.policy.ts';
import { joinReceipts } from './join.store.ts';
import { type LockedMessage, lockMessages, makeMessages } from './messages.store.ts';
import { type Progress, progressOf } from './progress.policy.ts';
import { countLetters, countProgress } from './progress-metrics.ts';
import { Projection } from './projection.port.ts';
import { foldAnew } from './states.store.ts';
import { keepWaiting, takeWaiting } from './waiting.store.ts';

/** What a transaction has done; counted and remembered once it is committed. */
interface Projected {
  progress: Progress[];
  answers: Answers;
}

const nothing = (): Projected => ({ progress: [], answers: new Map() });

/** One transaction and a fixed number of statements for up to 200 facts. Locks are taken in the order of ids. */
@Injectable()
export class PostgresProjection extends Projection {
  private readonly facts: MicroBatch<IncomingFact, true>;
  private readonly letters: MicroBatch<DeadLetterFact, true>;
  private readonly values = new CountedValues();

  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
    const batching = { size: 200, lingerMs: 5 };
    this.facts = microBatch(batching, async (entries) => {
      await this.committed('project', (client) => projectAll(client, entries, this.values));
      return entries.map((): true => true);
    });
    this.letters = microBatch(batching, async (entries) => {
      countLetters(await database('give up', () => transaction(pool, (client) => addLetters(client, entries))));
      return entries.map((): true => true);
    });
  }

  async project(fact: IncomingFact): Promise<void> {
    await this.facts.add(fact);
  }

  async addDeadLetter(letter: DeadLetterFact): Promise<void> {
    await this.letters.add(letter);
  }

  async joinWaiting(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.committed('join', async (client) => {
      await shareCounts(client);
      const messages = await lockMessages(client, ids);
      return store(client, messages, await takeWaiting(client, [...messages.keys()]), new Set(), this.values);
    });
  }

  /** Counted after the commit: a transaction that is repeated counts once. */
  private async committed(stage: string, work: (client: PoolClient) => Promise<Projected>): Promise<void> {
    const { progress, answers } = await database(stage, () => transaction(this.pool, work));
    countProgress(progress);
    this.values.remember(answers);
  }
}

async function projectAll(
  client: PoolClient,
  facts: readonly IncomingFact[],
  values: CountedValues,
): Promise<Projected> {
  await shareCounts(client);
  const known = await joinReceipts(client, facts);
  if (known.length === 0) return nothing();
  const created = await makeMessages(client, known);
  const messages = await lockMessages(
    client,
    known.map(({ id }) => id),
  );
  await keepWaiting(
    client,
    known.filter(({ id }) => !messages.has(id)),
  );
  const own = known.filter(({ id }) => messages.has(id));
  const waited = await takeWaiting(client, [...created]);
  return store(client, messages, [...own, ...waited], created, values);
}

/** Stores facts of locked messages, and what follows from those that are new. */
async function store(
  client: PoolClient,
  messages: ReadonlyMap<string, LockedMessage>,
  facts: readonly KnownFact[],
  created: ReadonlySet<string>,
  values: CountedValues,
): Promise<Projected> {
  const fresh = await addEvents(client, messages, facts);
  if (fresh.length === 0) return nothing();
  await addRecipients(client, messages, fresh);
  await deriveLetterStates(
    client,
    fresh.filter(({ fact }) => concernsLetters(fact)).map(({ id }) => id),
  );
  const changed = new Set(fresh.map(({ id }) => id));
  const { folded, answers } = await foldAnew(
    client,
    [...messages.values()].filter(({ id }) => changed.has(id)),
    values,
    attemptsIn(fresh, (id) => messages.get(id)),
  );
  const freshIds = new Set(fresh.map(({ fact }) => fact.eventId));
  const progress = folded.flatMap(({ message: { id, channel, status }, facts: all, after }) =>
    progressOf({ channel, before: created.has(id) ? undefined : status, after, facts: all, fresh: freshIds }),
  );
  return { progress, answers };
}
