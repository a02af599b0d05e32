import { randomUUID } from 'node:crypto';
import { identityKey } from '#libs/contracts';
import { createPool, migrate, type Pool, postgresSettings } from '#libs/persistence';
import { aDatabase, aDeferred, aFailure, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { timelineOf } from '../src/api/message/timeline.policy.ts';
import { PostgresReports } from '../src/api/report.store.ts';
import { deadLetter } from '../src/intake/translate.ts';
import type { IncomingFact } from '../src/projection/fact.ts';
import { PostgresProjection } from '../src/projection/projection.store.ts';
import { deriveState } from '../src/projection/state.policy.ts';
import { reportingMigrations } from '../src/reporting.migrations.ts';
import { aDeadLetter, fact, receipt, requested, shuffled } from './facts.ts';

let database: TestDatabase;
let pools: Pool[];
let replicas: PostgresProjection[];
let reports: PostgresReports;

beforeAll(async () => {
  database = await aDatabase();
  pools = [0, 1].map(() =>
    createPool(z.object(postgresSettings).parse({ DATABASE_URL: database.url }), 'test', () => undefined),
  );
  await migrate(pools[0]!, 'reporting', reportingMigrations);
  replicas = pools.map((pool) => new PostgresProjection(pool));
  reports = new PostgresReports(pools[0]!);
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

const idOf = (messageId: string) => identityKey({ tenant: 'default', channel: 'email', messageId });
const history = (messageId: string) => reports.history(idOf(messageId));
const project = (facts: readonly IncomingFact[]) => Promise.all(facts.map((each) => replicas[0]!.project(each)));

describe('projecting facts', () => {
  it('creates no message for a refused cancellation, and shows it in the timeline of a later message', async () => {
    const refused = () =>
      fact('acceptance-revoked', {
        status: 'cancel-refused',
        hop: undefined,
        attempt: undefined,
        provider: undefined,
        reason: 'Cancel refused: never seen.',
      });
    await project([refused()]);
    expect(await history('acceptance-revoked')).toBeUndefined();
    await project([requested('acceptance-revoked'), fact('acceptance-revoked', { status: 'cancelled', final: true })]);
    const known = await history('acceptance-revoked');
    expect(known?.message).toMatchObject({ status: 'cancelled', final: true });
    expect(known?.facts.map(({ status }) => status).sort()).toEqual(['accepted', 'cancel-refused', 'cancelled']);
  });

  it('keeps an older producer’s fact without the field whose text is not Unicode or contains NUL', async () => {
    const half = '\ud83d';
    await project([
      requested('odd'),
      fact('odd', { correlationId: `c${half}`, tags: ['spring', 'a\0b'], hop: 1 }),
      receipt('odd', { hop: 1, reason: half, failure: aFailure({ meaning: `No${half}\0.` }) }),
      receipt('odd', { status: 'opened', hop: 3_000_000_000, at: '2030-01-31T12:00:09Z' }),
    ]);
    const known = await history('odd');
    expect(known?.message).toMatchObject({
      status: 'delivered',
      tags: ['spring'],
      correlationId: null,
      engagement: ['opened'],
    });
    expect(known?.facts.map(({ status, lacks }) => [status, lacks]).sort()).toEqual([
      ['accepted', undefined],
      ['delivered', ['failure', 'reason']],
      ['opened', ['hop']],
      ['sent', ['correlationId', 'tags']],
    ]);
    expect(timelineOf(known!.facts, undefined).find(({ status }) => status === 'sent')?.lacks).toEqual([
      'correlationId',
      'tags',
    ]);
  });

  it('gives every message the state of its facts: in random order, repeated, in two replicas', async () => {
    const messages = Array.from({ length: 150 }, (_, index) => {
      const messageId = `many-${index}`;
      const providerMessageId = `p-${messageId}`;
      return {
        messageId,
        facts: [
          requested(messageId, { to: `user${index}@inbox.test` }),
          fact(messageId, { status: 'retrying', source: 'retry', hop: 1, attempt: 1 }),
          fact(messageId, { hop: 2, attempt: 2, providerMessageId, at: '2030-01-31T12:00:05Z' }),
          index % 3 === 0
            ? receipt(undefined, { hop: undefined, providerMessageId, at: '2030-01-31T12:00:07Z' })
            : receipt(messageId, {
                hop: 2,
                providerMessageId,
                status: index % 3 === 1 ? 'delivered' : 'bounced',
                at: '2030-01-31T12:00:07Z',
              }),
          receipt(messageId, { status: 'opened', hop: 2, at: '2030-01-31T12:00:09Z' }),
        ],
      };
    });
    const all = messages.flatMap(({ facts }) => facts);
    await Promise.all(shuffled([...all, ...all]).map((each, index) => replicas[index % 2]!.project(each)));

    for (const { messageId, facts } of messages) {
      const known = await history(messageId);
      const { status, final, engagement, attempts, provider } = deriveState(facts.map((each) => each.fact));
      expect(known?.facts).toHaveLength(5);
      expect(known?.message).toMatchObject({
        messageId,
        status,
        final,
        engagement,
        attempts,
        provider,
        lane: 'transactional',
      });
    }
    const { rows } = await pools[0]!.query('SELECT count(*) AS waiting FROM reporting.orphan');
    expect(rows[0]).toEqual({ waiting: 0 });
  });

  it('shows a state and a timeline of one instant while facts arrive', async () => {
    const messages = Array.from({ length: 60 }, (_, index) => `moving-${index}`);
    await project(messages.map((messageId) => requested(messageId)));
    let writing = true;
    const written = (async () => {
      for (const messageId of messages)
        for (const one of [fact(messageId, { hop: 1 }), receipt(messageId, { hop: 1 })]) await project([one]);
      writing = false;
    })();
    let seen = 0;
    while (writing) {
      for (const known of await Promise.all(messages.map(history))) {
        expect(known!.message.status).toBe(deriveState(known!.facts).status);
        seen += 1;
      }
    }
    await written;
    expect(seen).toBeGreaterThan(messages.length);
  });

  it('joins a receipt that came before its message was known, as soon as the send is stored', async () => {
    await project([
      receipt(undefined, { provider: 'twilio', channel: 'email', providerMessageId: 'SM1', hop: undefined }),
    ]);
    await project([requested('early')]);
    expect((await history('early'))?.message).toMatchObject({ status: 'accepted', final: false });
    await project([fact('early', { provider: 'twilio', providerMessageId: 'SM1', hop: 1 })]);
    expect((await history('early'))?.message).toMatchObject({ status: 'delivered', final: true });
  });

  it('joins a receipt without our reference to the send that was stored before', async () => {
    await project([requested('late'), fact('late', { providerMessageId: 'p-late' })]);
    await project([receipt(undefined, { providerMessageId: 'p-late', hop: undefined, status: 'bounced' })]);
    expect((await history('late'))?.message).toMatchObject({ status: 'bounced', final: true });
  });

  it('never leaves a receipt without its message when it and its send are projected at the same moment', async () => {
    const pairs = Array.from({ length: 100 }, (_, index) => `race-${index}`);
    for (const messageId of pairs) {
      const send = replicas[0]!.project(fact(messageId, { providerMessageId: `p-${messageId}` }));
      const back = replicas[1]!.project(receipt(undefined, { providerMessageId: `p-${messageId}`, hop: undefined }));
      if (pairs.indexOf(messageId) % 10 === 9) await Promise.all([send, back]);
    }
    await project([fact('race-end')]);
    for (const messageId of pairs) expect((await history(messageId))?.message.status).toBe('delivered');
  });

  it('keeps the first request of an id, whatever is published under it later', async () => {
    await project([requested('once', { to: 'ada@inbox.test' })]);
    await project([requested('once', { to: 'eve@inbox.test', at: Date.UTC(2030, 1, 1) })]);
    const known = await history('once');
    expect(known?.message.recipients.map(({ mask }) => mask)).toEqual(['a***@inbox.test']);
    expect(known?.message.requestedAt.toISOString()).toBe('2030-01-31T12:00:00.000Z');
    expect(known?.facts).toHaveLength(1);
  });

  it('shows a message whose statuses came before its request', async () => {
    await project([fact('backwards', { at: '2030-01-31T12:00:01Z' })]);
    expect((await history('backwards'))?.message).toMatchObject({ status: 'sent', recipients: [] });
    await project([requested('backwards')]);
    const known = await history('backwards');
    expect(known?.message).toMatchObject({ status: 'sent', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
    expect(known?.message.recipients).toHaveLength(1);
  });

  it('stores the other facts where PostgreSQL refuses one', async () => {
    const refused = fact('refused');
    refused.fact.reason = 'a zero \u0000 byte';
    const results = await Promise.allSettled(
      [requested('fine-1'), refused, requested('fine-2')].map((each) => replicas[0]!.project(each)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await history('fine-2')).toBeDefined();
    expect(await history('refused')).toBeUndefined();
  });

  it('keeps a dead letter once', async () => {
    const letter = aDeadLetter({ id: idOf('given-up'), tenant: 'default', channel: 'email', messageId: 'given-up' });
    await project([requested('given-up'), fact('given-up', { status: 'failed', final: true, source: 'retry' })]);
    await Promise.all([
      replicas[0]!.addDeadLetter(letter),
      replicas[1]!.addDeadLetter(letter),
      replicas[0]!.addDeadLetter({ ...letter, eventId: randomUUID(), messageId: 'other', id: idOf('other') }),
    ]);
    expect((await history('given-up'))?.deadLetter).toEqual({
      ...letter,
      lacks: [],
      state: 'open',
      settledBy: null,
      operationId: null,
      expiresAt: null,
    });
    expect(await reports.deadLetters({ tenants: undefined, limit: 10 })).toHaveLength(2);
  });

  it('keeps a dead letter whose texts are not Unicode', async () => {
    await project([requested('odd-letter')]);
    const letter = {
      ...aDeferred({ messageId: 'odd-letter' }),
      reason: 'exhausted',
      failure: aFailure({ meaning: '\ud83d\0' }),
      hop: 3_000_000_000,
    } as const;
    await replicas[0]!.addDeadLetter(deadLetter(letter));
    expect((await history('odd-letter'))?.deadLetter).toMatchObject({
      reason: 'exhausted',
      failure: { meaning: '\ufffd' },
      lacks: ['failure'],
    });
  });
});
