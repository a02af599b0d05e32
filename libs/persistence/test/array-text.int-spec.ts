import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrayText, type Pool } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';

describe('an array as text', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
  });
  afterAll(() => database.drop());

  const readAs = async (type: string, text: string): Promise<unknown> => {
    const { rows } = await pool.query<{ given: unknown }>(`SELECT $1::${type}[] AS given`, [text]);
    return rows[0]!.given;
  };

  it('is read by PostgreSQL as the texts that it holds, whatever stands in them', async () => {
    const said = fc.oneof(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      fc.constantFrom('', 'NULL', '{}', '","', '\\', '"', '\\"', ' a ', "it's", 'a\nb', null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 5 }), async (texts) => {
        expect(await readAs('text', arrayText(texts))).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });

  it('is read as numbers, dates and ids, and as nothing where there is nothing', async () => {
    const id = '0b0f9b3e-3b6e-4c39-8f0f-0c8a2e6d9f11';
    expect(await readAs('int', arrayText([1, 20, -3]))).toEqual([1, 20, -3]);
    expect(await readAs('uuid', arrayText([id, undefined, null]))).toEqual([id, null, null]);
    expect(await readAs('date', arrayText(['2026-11-29']))).toHaveLength(1);
    expect(await readAs('uuid', arrayText([]))).toEqual([]);
  });
});
