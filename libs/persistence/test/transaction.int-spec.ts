import { transaction } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

describe('a transaction', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await aDatabase();
    await database.pool().query('CREATE TABLE note (text text)');
  });
  afterAll(() => database.drop());

  it('whose connection breaks between two statements fails, and the process goes on', async () => {
    const pool = database.pool();
    const broken = transaction(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await client.query(`INSERT INTO note VALUES ('never')`);
      await pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await client.query('SELECT 1');
    });
    await expect(broken).rejects.toThrow();
    await transaction(pool, (client) => client.query(`INSERT INTO note VALUES ('kept')`));
    expect((await pool.query('SELECT text FROM note')).rows).toEqual([{ text: 'kept' }]);
  });
});
