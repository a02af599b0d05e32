import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MicroBatch, microBatch } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';

describe('a micro-batch against PostgreSQL', () => {
  let database: TestDatabase;
  let statements = 0;
  let halves: MicroBatch<string, number>;

  beforeAll(async () => {
    database = await aDatabase();
    await database.pool().query('CREATE TABLE entry (text text PRIMARY KEY, number int NOT NULL)');
    halves = microBatch({ size: 100, lingerMs: 5 }, async (entries) => {
      statements += 1;
      const { rows } = await database
        .pool()
        .query<{ number: number }>(
          'INSERT INTO entry SELECT text, text::int FROM unnest($1::text[]) AS t(text) RETURNING number',
          [entries],
        );
      return rows.map(({ number }) => number);
    });
  });
  afterAll(() => database.drop());

  it('joins entries that arrive together into one statement, each with its own result', async () => {
    statements = 0;
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => halves.add(String(index))));
    expect(answers).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(statements).toBe(1);
  });

  it('fails only the entries whose data the database refuses; all others are written', async () => {
    const entries = ['200', 'not a number', '201', '202', '203', '99999999999', '204', '205'];
    const answers = await Promise.allSettled(entries.map((entry) => halves.add(entry)));
    expect(answers.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(codeOf(answers[1]!)).toBe('22P02');
    expect(codeOf(answers[5]!)).toBe('22003');
    const { rows } = await database
      .pool()
      .query('SELECT number FROM entry WHERE number BETWEEN 200 AND 299 ORDER BY 1');
    expect(rows).toEqual([200, 201, 202, 203, 204, 205].map((number) => ({ number })));
  });

  it('fails all entries together, without bisecting, when the error is not in the data', async () => {
    let calls = 0;
    const faulty = microBatch<number, number>({ size: 10, lingerMs: 1 }, async () => {
      calls += 1;
      await database.pool().query('SELECT * FROM no_such_table');
      return [];
    });
    const answers = await Promise.allSettled([1, 2, 3].map((entry) => faulty.add(entry)));
    expect(answers.map((answer) => codeOf(answer))).toEqual(['42P01', '42P01', '42P01']);
    expect(calls).toBe(1);
  });
});

const codeOf = (answer: PromiseSettledResult<unknown>) =>
  answer.status === 'rejected' ? (answer.reason as { code?: string }).code : undefined;
