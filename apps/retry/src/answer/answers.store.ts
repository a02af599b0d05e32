import { Channel, type Identity, identityKey } from '#libs/contracts';
import { database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { Answers, type Overdue } from './answers.port.ts';

/** Most messages released again at once: the others are not forgotten. */
const PORTION = 500;
/** From then on a message is said to stand still. */
export const STANDS_STILL_AFTER = 3;

interface Answer {
  id: string;
  hop: number;
}

@Injectable()
export class PostgresAnswers extends Answers {
  private readonly answerMs: number;
  private readonly answers: MicroBatch<Answer, true>;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'RETRY_ANSWER_MS'>,
  ) {
    super();
    this.answerMs = config.RETRY_ANSWER_MS;
    this.answers = microBatch({ size: 500, lingerMs: 5 }, (answers) => this.noteAll(answers));
  }

  async note(of: Identity, hop: number): Promise<void> {
    await database('answer', () => this.answers.add({ id: identityKey(of), hop }));
  }

  async overdue(): Promise<Overdue> {
    const { rows } = await database('answer', () =>
      this.pool.query<Overdue>({
        name: 'overdue',
        text: overdueSql,
        values: [Channel.options, this.answerMs, STANDS_STILL_AFTER],
      }),
    );
    return rows[0]!;
  }

  async releaseAgain(channel: Channel, upTo: Date): Promise<number> {
    const { rowCount } = await database('answer', () =>
      this.pool.query({ name: 'release again', text: againSql, values: [channel, upTo, this.answerMs, PORTION] }),
    );
    return rowCount ?? 0;
  }

  private async noteAll(answers: readonly Answer[]): Promise<true[]> {
    await this.pool.query({
      name: 'answered',
      text: answeredSql,
      values: [answers.map(({ id }) => id), answers.map(({ hop }) => hop)],
    });
    return answers.map(() => true);
  }
}

// Also while it is being released: the answer may come before Kafka's acknowledgement of the question.
const answeredSql = `
UPDATE retry.schedule s
   SET state = 'answered', ended_at = coalesce(s.ended_at, now()), lease_token = NULL, lease_until = NULL
  FROM (SELECT id, max(hop) AS hop FROM unnest($1::uuid[], $2::int[]) AS t(id, hop) GROUP BY id) i
 WHERE s.id = i.id AND s.hop <= i.hop AND s.state IN ('releasing', 'published')`;

// The time is taken before the table is looked at, and cut to milliseconds: never later than the releases that are
// seen. Asked for the earliest one, the planner goes by the index; asked whether there is any, it may expect to meet
// one soon in the whole table, and read all of it where there is none.
const overdueSql = `
SELECT clock_timestamp() AS now,
       ARRAY(SELECT channel FROM unnest($1::text[]) AS c(channel) WHERE (
         SELECT s.ended_at FROM retry.schedule s WHERE s.state = 'published' AND s.channel = c.channel
          ORDER BY s.ended_at LIMIT 1
       ) < now() - $2::bigint * interval '1 millisecond') AS channels,
       (SELECT count(*)::int FROM retry.schedule WHERE state = 'published' AND again > 0 AND again >= $3::int)
         AS stuck`;

// As a release whose lease is over it is taken up at once, by whichever replica comes first.
const againSql = `
UPDATE retry.schedule
   SET state = 'releasing', again = again + 1, lease_token = NULL, lease_until = now() - interval '1 millisecond',
     ended_at = NULL
 WHERE id = ANY(ARRAY(
   SELECT id FROM retry.schedule
    WHERE state = 'published' AND channel = $1 AND ended_at <= $2
      AND ended_at < now() - $3::bigint * interval '1 millisecond' * 2 ^ least(again, 6)
    ORDER BY ended_at LIMIT $4 FOR UPDATE SKIP LOCKED))`;
