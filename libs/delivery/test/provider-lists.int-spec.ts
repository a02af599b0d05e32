import { randomUUID } from 'node:crypto';
import { InfrastructureDown, recipientRef, SuppressionChanged } from '#libs/contracts';
import { deliveryMigrations } from '#libs/delivery-tables';
import { migrate, type Pool } from '#libs/persistence';
import { type ListPage, SuppressionLists } from '#libs/providers';
import { createLogger } from '#libs/telemetry';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ListSync } from '../src/suppressions/lists/list-sync.service.ts';
import { PostgresListTurns } from '../src/suppressions/lists/list-turns.store.ts';
import { type ListStep, ProviderLists } from '../src/suppressions/lists/provider-lists.service.ts';
import { SuppressionsService } from '../src/suppressions/suppressions.service.ts';
import { PostgresSuppressions } from '../src/suppressions/suppressions.store.ts';

const hashKey = 'a key for the tests';
const now = Date.parse('2026-11-24T12:00:00Z');
const bounced = (address: string) => ({ address, scope: 'all', reason: 'hard-bounce', at: new Date(now) });
const anybody = () => `${randomUUID()}@inbox.test`;

class FixedLists extends SuppressionLists {
  readonly provider = 'sendgrid';
  pages: ListPage[] = [];
  /** Called before each page. */
  before: () => Promise<void> = () => Promise.resolve();

  async *read(): AsyncGenerator<ListPage> {
    for (const page of this.pages) {
      await this.before();
      yield page;
    }
  }

  remove(): Promise<[]> {
    return Promise.resolve([]);
  }
}

let database: TestDatabase;
let pool: Pool;
let published: { value: object | Buffer | null }[];
let source: FixedLists;
let lists: ProviderLists;
let table: PostgresSuppressions;
let words: SuppressionsService;

beforeAll(async () => {
  database = await aDatabase();
  pool = database.pool();
  await migrate(pool, 'email', deliveryMigrations);
  table = new PostgresSuppressions(pool, 'email');
  words = new SuppressionsService({ publish: ({ value }) => Promise.resolve(void published.push({ value })) });
});
afterAll(() => database.drop());
beforeEach(async () => {
  published = [];
  source = new FixedLists();
  lists = new ProviderLists({ channel: 'email', hashKey, sources: [source], words, table });
  await pool.query('TRUNCATE email.list_turn');
  await pool.query('INSERT INTO email.list_turn DEFAULT VALUES');
});

describe('the providers’ lists', () => {
  const run = async () => {
    const steps: ListStep[] = [];
    for await (const step of lists.run()) steps.push(step);
    return steps;
  };

  it('are imported once: what is known or was lifted since is skipped', async () => {
    const [ada, bob] = [anybody(), anybody()];
    source.pages = [
      { list: 'bounces', entries: [bounced(ada), bounced(ada), bounced(bob)] },
      { list: 'spam_reports', trouble: 'the key may not read it' },
    ];
    expect(await run()).toEqual([
      { provider: 'sendgrid', list: 'bounces', read: 3, published: 2 },
      { provider: 'sendgrid', list: 'spam_reports', read: 0, published: 0, trouble: 'the key may not read it' },
    ]);
    expect(published.map(({ value }) => SuppressionChanged.parse(value))).toMatchObject([
      { reason: 'hard-bounce', source: 'sync', provider: 'sendgrid' },
      { source: 'sync' },
    ]);
    const lifted = { channel: 'email', recipient: recipientRef(hashKey, bob).hash, scope: 'all' } as const;
    await words.settle([{ lift: { ...lifted, at: new Date(now + 1_000).toISOString() } }], table);
    published = [];
    expect((await run())[0]).toMatchObject({ read: 3, published: 0 });
    expect(published).toEqual([]);
  });
});

describe('taking over the providers’ lists', () => {
  const replica = (of = lists) =>
    new ListSync({
      channel: 'email',
      lists: of,
      turns: new PostgresListTurns(pool, 'email'),
      logger: createLogger('test', 'silent'),
      everyMs: 3_600_000,
    });

  it('waits until it is due, is done by one replica of several, and then waits for the next time', async () => {
    source.pages = [{ list: 'bounces', entries: [bounced(anybody())] }];
    const replicas = [replica(), replica(), replica()];
    await Promise.all(replicas.map((each) => each.round()));
    expect(await replicas[0]!.last()).toMatchObject({ state: 'never', run: 0 });

    await pool.query('UPDATE email.list_turn SET due_at = now()');
    await Promise.all(replicas.map((each) => each.round()));
    await Promise.all(replicas.map((each) => each.round()));
    expect(published).toHaveLength(1);
    expect(await replicas[2]!.last()).toMatchObject({
      state: 'done',
      run: 1,
      failure: null,
      lists: [{ provider: 'sendgrid', list: 'bounces', read: 1, published: 1 }],
    });
    expect(replicas[0]!.concern()).toBeUndefined();
    const { rows } = await pool.query<{ hours: number }>(
      'SELECT extract(epoch FROM due_at - now())::float8 / 3600 AS hours FROM email.list_turn',
    );
    expect(rows[0]!.hours).toBeCloseTo(1, 1);
  });

  it('begins when it is asked for, and anew where it is asked for while it runs', async () => {
    const sync = replica();
    source.pages = [{ list: 'bounces', entries: [] }];
    expect(await sync.ask()).toBe(1);
    source.before = async () => {
      source.before = () => Promise.resolve();
      expect(await sync.last()).toMatchObject({ state: 'running', run: 1 });
      expect(await sync.ask()).toBe(2);
      await replica().round();
    };
    await sync.round();
    expect(await sync.last()).toMatchObject({ state: 'done', run: 1 });
    await sync.round();
    expect(await sync.last()).toMatchObject({ state: 'done', run: 2 });
  });

  it('is taken up by another replica where one has died with its turn, whose late words change nothing', async () => {
    const turns = new PostgresListTurns(pool, 'email');
    await turns.ask();
    const dead = (await turns.take())!;
    expect(await turns.take()).toBeUndefined();
    await pool.query('UPDATE email.list_turn SET leased_until = now()');
    source.pages = [{ list: 'bounces', entries: [] }];
    const sync = replica();
    await sync.round();
    expect(await sync.last()).toMatchObject({ state: 'done', run: 2, failure: null });
    expect(await turns.keep(dead, [])).toBe(false);
    await turns.end(dead, { failure: 'MSG_INTERNAL', nextInMs: 1 });
    expect(await sync.last()).toMatchObject({ state: 'done', failure: null });
  });

  it('degrades the readiness of every replica while a list cannot be read, and is tried again soon', async () => {
    source.pages = [{ list: 'spam_reports', trouble: 'the scope suppression.read is missing' }];
    const [one, other] = [replica(), replica()];
    await one.ask();
    await one.round();
    await other.round();
    for (const each of [one, other])
      expect(each.concern()?.meaning).toContain('sendgrid spam_reports (the scope suppression.read is missing)');
    const { rows } = await pool.query<{ soon: boolean }>(
      "SELECT due_at < now() + interval '6 minutes' AS soon FROM email.list_turn",
    );
    expect(rows[0]!.soon).toBe(true);
  });

  it('tells by which error it ended early, gives its turn back, and fails as a job', async () => {
    source.pages = [{ list: 'bounces', entries: [bounced(anybody())] }];
    source.before = () => Promise.reject(new InfrastructureDown('kafka', 'publish'));
    const sync = replica();
    await sync.ask();
    await expect(sync.round()).rejects.toThrow(InfrastructureDown);
    expect(await sync.last()).toMatchObject({ state: 'failed', failure: 'MSG_INFRASTRUCTURE_DOWN' });
  });

  it('has nothing to do where no provider has lists', () => {
    const none = replica(new ProviderLists({ channel: 'sms', hashKey, sources: [], words, table }));
    expect([none.hasLists, none.jobs()]).toEqual([false, []]);
  });
});
