import { identityKey } from '#libs/contracts';
import { createPool, migrate, type Pool, postgresSettings } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { PostgresAudit } from '../src/access/audit/audit.store.ts';
import { PostgresCounts } from '../src/counts/whole-counts.store.ts';
import { PostgresProjection } from '../src/projection/projection.store.ts';
import { reportingMigrations } from '../src/reporting.migrations.ts';
import { fact, receipt, requested } from './facts.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await aDatabase();
  pool = createPool(z.object(postgresSettings).parse({ DATABASE_URL: database.url }), 'test', () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const rows = async (text: string) => (await pool.query<object>(text)).rows;

it('messages of a schema without counts are kept with their facts, and counted', async () => {
  const before = reportingMigrations.findIndex(({ name }) => name === '010-counts');
  await migrate(pool, 'reporting', reportingMigrations.slice(0, before));
  const of = { tenant: 'default', channel: 'email', messageId: 'old' } as const;
  const id = identityKey(of);
  await pool.query(
    `INSERT INTO reporting.message (id, tenant, channel, message_id, requested_at, status, status_at, final)
     VALUES ($1, 'default', 'email', 'old', '2030-01-31T12:00:00Z', 'sent', now(), false)`,
    [id],
  );
  const facts = [requested('old'), fact('old', { hop: 1 })].map(({ fact: kept }) => kept);
  // A notice came without its message: it waits from now on.
  const notice = fact('nobody', { status: 'cancel-refused', hop: undefined, provider: undefined }).fact;
  const nobody = identityKey({ ...of, messageId: 'nobody' });
  for (const [owner, kept] of [...facts.map((each) => [id, each] as const), [nobody, notice] as const])
    await pool.query('INSERT INTO reporting.event (event_id, id, at, hop, fact) VALUES ($1, $2, $3, $4, $5)', [
      kept.eventId,
      owner,
      kept.at,
      kept.hop ?? null,
      JSON.stringify(kept),
    ]);
  await pool.query("INSERT INTO reporting.recipient VALUES ('a hash', $1)", [id]);

  await migrate(pool, 'reporting', reportingMigrations);
  const counts = new PostgresCounts(pool, new PostgresAudit(pool, { info: () => undefined }));
  expect(await counts.rebuild()).toMatchObject({ askedBy: 'migration', stage: 'folding' });
  while (await counts.rebuildSome());
  expect(await rows('SELECT day::text, status, messages FROM reporting.message_day')).toEqual([
    { day: '2030-01-31', status: 'sent', messages: 1 },
  ]);
  expect(await rows('SELECT hash FROM reporting.recipient')).toEqual([{ hash: 'a hash' }]);

  const projection = new PostgresProjection(pool);
  await projection.project(receipt('old', { hop: 1 }));
  await projection.project(requested('nobody'));
  expect(await rows('SELECT message_id, status FROM reporting.message ORDER BY message_id')).toEqual([
    { message_id: 'nobody', status: 'accepted' },
    { message_id: 'old', status: 'delivered' },
  ]);
  expect(
    await rows(
      `SELECT fact->>'status' AS status FROM reporting.event e JOIN reporting.message m USING (id)
        WHERE m.message_id = 'nobody' ORDER BY 1`,
    ),
  ).toEqual([{ status: 'accepted' }, { status: 'cancel-refused' }]);
  expect(await rows('SELECT sum(messages)::int AS messages FROM reporting.message_day')).toEqual([{ messages: 2 }]);
});
