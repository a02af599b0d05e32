import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SchemaBehind } from '#libs/contracts';
import { migrate, type Migration, requireSchema } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';

const first: Migration = { name: '001-note', sql: 'CREATE TABLE note (text text); SELECT pg_sleep(0.2)' };
const second: Migration = { name: '002-greeting', sql: "INSERT INTO note VALUES ('hello')" };

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await aDatabase()));
  afterAll(() => database.drop());

  const notes = async (schema: string) =>
    (await database.pool().query<{ text: string }>(`SELECT text FROM ${schema}.note`)).rows;

  it('run once when two replicas start together', async () => {
    const applied = await Promise.all([1, 2].map(() => migrate(database.pool(), 'together', [first, second])));
    expect(applied.flat().sort()).toEqual(['001-note', '002-greeting']);
    expect(await notes('together')).toEqual([{ text: 'hello' }]);
  });

  it('run only what is new on a later start', async () => {
    expect(await migrate(database.pool(), 'later', [first])).toEqual(['001-note']);
    expect(await migrate(database.pool(), 'later', [first, second])).toEqual(['002-greeting']);
    expect(await migrate(database.pool(), 'later', [first, second])).toEqual([]);
  });

  it('leave nothing behind where one fails, and run it at the next start', async () => {
    const broken: Migration = { name: '002-greeting', sql: "INSERT INTO note VALUES ('half'); SELECT 1 / 0" };
    await expect(migrate(database.pool(), 'broken', [first, broken])).rejects.toThrow('division by zero');
    expect(await notes('broken')).toEqual([]);
    expect(await migrate(database.pool(), 'broken', [first, second])).toEqual(['002-greeting']);
  });

  it('that are missing are named, without changing anything', async () => {
    await expect(requireSchema(database.pool(), 'nowhere', [first, second])).rejects.toThrow(
      'the schema nowhere lacks 001-note, 002-greeting',
    );
    await expect(requireSchema(database.pool(), 'nowhere', [first])).rejects.toThrow(SchemaBehind);
    await migrate(database.pool(), 'behind', [first]);
    await expect(requireSchema(database.pool(), 'behind', [first, second])).rejects.toThrow(
      'the schema behind lacks 002-greeting',
    );
    await migrate(database.pool(), 'behind', [first, second]);
    await expect(requireSchema(database.pool(), 'behind', [first, second])).resolves.toBeUndefined();
  });

  it('keep services apart in schemas of their own', async () => {
    await migrate(database.pool(), 'one', [first, second]);
    await migrate(database.pool(), 'other', [first]);
    expect(await notes('one')).toEqual([{ text: 'hello' }]);
    expect(await notes('other')).toEqual([]);
  });
});
