import { randomUUID } from 'node:crypto';
import { type KeyedSuppressionChange, liftOf, recipientRef, suppressionKey } from '#libs/contracts';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import type { Outgoing } from '#libs/transport';
import { deliveryMigrations } from '#libs/delivery-tables';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import type { SuppressionFilter } from '../src/suppressions/suppressions.port.ts';
import { SuppressionsService } from '../src/suppressions/suppressions.service.ts';
import { PostgresSuppressions } from '../src/suppressions/suppressions.store.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDelivery } from './builders/a-delivery.ts';
import { Callers } from './builders/callers.ts';

const [noon, later, last] = ['2026-11-24T12:00:00.000Z', '2026-11-24T12:00:01.000Z', '2026-11-24T12:00:02.000Z'];
const somebody = () => recipientRef('a key for the tests', `${randomUUID()}@inbox.test`);
type Place = { recipient: string; scope?: string; tenant?: string };
const keyPartsOf = ({ recipient, scope = 'all', tenant }: Place) => ({
  channel: 'email' as const,
  recipient,
  scope,
  ...(tenant !== undefined && { tenant }),
});
const suppress = (at: string, of: Place, reason = 'hard-bounce'): KeyedSuppressionChange => ({
  key: suppressionKey(keyPartsOf(of)),
  word: { suppress: { ...keyPartsOf(of), reason, at, mask: 'a***@inbox.test', source: 'receipt' } },
});
const lift = (at: string, of: Place): KeyedSuppressionChange => ({
  key: suppressionKey(keyPartsOf(of)),
  word: { lift: { at, note: 'They asked for it.', by: 'ops' } },
});

describe('suppressions in Postgres', () => {
  let database: TestDatabase;
  let pool: Pool;
  let known: PostgresSuppressions;
  let ledger: Callers;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', deliveryMigrations);
    known = new PostgresSuppressions(pool, 'email');
    ledger = new Callers(new PostgresLedger({ pool, schema: 'email', leaseMs: 60_000, retentionDays: 14 }));
  });
  afterAll(() => database.drop());

  const listed = (filter: Partial<SuppressionFilter>) => known.list({ lifted: false, limit: 50, ...filter });
  const state = async (recipient: string) =>
    (await listed({ recipient, lifted: true })).map(({ lifted, at }) => `${lifted ? 'lifted' : 'holds'} ${at}`);

  it.each<[string, (of: Place) => KeyedSuppressionChange[], string]>([
    ['a word that comes twice', (of) => [suppress(noon, of), suppress(noon, of)], `holds ${noon}`],
    ['a lift after it', (of) => [suppress(noon, of), lift(later, of)], `lifted ${later}`],
    ['a lift that comes before what it lifts', (of) => [lift(later, of), suppress(noon, of)], `lifted ${later}`],
    [
      'all of it once more after the lift',
      (of) => [suppress(noon, of), lift(later, of), suppress(noon, of), lift(later, of)],
      `lifted ${later}`,
    ],
    ['a new word after the lift', (of) => [suppress(noon, of), lift(later, of), suppress(last, of)], `holds ${last}`],
    ['both at the same moment', (of) => [lift(noon, of), suppress(noon, of), lift(noon, of)], `holds ${noon}`],
  ])('are ordered by their own time: %s', async (_, words, expected) => {
    const [one, together] = [somebody().hash, somebody().hash];
    for (const word of words({ recipient: one })) await known.apply(word);
    await Promise.all(words({ recipient: together }).map((word) => known.apply(word)));
    expect([await state(one), await state(together)]).toEqual([[expected], [expected]]);
  });

  it('are lifted by a provider’s removal if that provider caused them, and not otherwise', async () => {
    const { hash: recipient } = somebody();
    const by = (provider: string | undefined, of: Place): KeyedSuppressionChange => {
      const { key, word } = suppress(noon, of);
      return {
        key,
        word:
          'suppress' in word ? { suppress: { ...word.suppress, ...(provider !== undefined && { provider }) } } : word,
      };
    };
    for (const word of [
      by('resend', { recipient }),
      by('resend', { recipient, tenant: 'acme' }),
      by('sendgrid', { recipient, tenant: 'other' }),
      by('resend', { recipient, scope: 'marketing' }),
    ])
      await known.apply(word);
    const published: Outgoing[] = [];
    const service = new SuppressionsService({ publish: (record) => Promise.resolve(void published.push(record)) });
    await service.withdraw(
      { channel: 'email', recipient, scope: 'all', provider: 'resend', at: later, note: 'taken off' },
      known,
    );
    expect(published.map(({ key, value }) => [key, value])).toEqual([
      [`email:${recipient}:all`, null],
      [`email:${recipient}:all:acme`, null],
    ]);
    for (const { key, headers } of published)
      await known.apply({ key: String(key), word: { lift: liftOf(headers!, 0) } });
    expect(
      (await listed({ recipient })).map(({ scope, tenant = 'every tenant' }) => `${scope} of ${tenant}`).toSorted(),
    ).toEqual(['all of other', 'marketing of every tenant']);
  });

  it('stay readable when they are lifted: what they were, and who lifted them and why', async () => {
    const of = { recipient: somebody().hash, scope: 'marketing', tenant: 'acme' };
    await known.apply(suppress(noon, of, 'complaint'));
    await known.apply(lift(later, of));
    expect(await listed({ recipient: of.recipient })).toEqual([]);
    expect(await listed({ recipient: of.recipient, lifted: true })).toMatchObject([
      {
        ...of,
        reason: 'complaint',
        mask: 'a***@inbox.test',
        source: 'receipt',
        lifted: true,
        at: later,
        note: 'They asked for it.',
        by: 'ops',
      },
    ]);
  });

  it('are refused where a record’s key names no recipient', async () => {
    const { word } = suppress(noon, { recipient: 'ada' });
    await expect(known.apply({ key: 'email:ada@inbox.test:all', word })).rejects.toMatchObject({
      code: 'MSG_UNREADABLE',
    });
  });

  it('are listed by filters, page by page, newest first', async () => {
    const tenant = `t-${randomUUID().slice(0, 8)}`;
    const people = Array.from({ length: 5 }, () => somebody().hash);
    await Promise.all(
      people.map((recipient, index) =>
        known.apply(
          suppress(
            new Date(Date.parse(noon) + 1_000 * (index >> 1)).toISOString(),
            { recipient, tenant },
            index === 4 ? 'stop' : 'manual',
          ),
        ),
      ),
    );
    const first = await listed({ tenant, limit: 2 });
    const second = await listed({ tenant, limit: 2, after: first[1] });
    const third = await listed({ tenant, limit: 2, after: second[1] });
    expect([first, second, third].map(({ length }) => length)).toEqual([3, 3, 1]);
    const pages = [...first.slice(0, 2), ...second.slice(0, 2), ...third];
    expect(new Set(pages.map(({ recipient }) => recipient))).toEqual(new Set(people));
    expect(pages.map(({ at }) => at)).toEqual(
      pages
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(await listed({ tenant, reason: 'stop' })).toHaveLength(1);
    expect(
      await known.knownSince([
        suppressionKey(keyPartsOf({ recipient: people[0]!, tenant })),
        suppressionKey(keyPartsOf({ recipient: people[0]! })),
      ]),
    ).toEqual([Date.parse(noon), undefined]);
  });

  it('are returned with the claim, for the recipients of each message and nobody else', async () => {
    const [ada, bob, eve] = [somebody(), somebody(), somebody()];
    await known.apply(suppress(noon, { recipient: ada.hash }));
    await known.apply(suppress(noon, { recipient: ada.hash, scope: 'topic:news', tenant: 'acme' }, 'unsubscribe'));
    await known.apply(suppress(noon, { recipient: eve.hash }));
    await known.apply(lift(later, { recipient: eve.hash }));
    const recipients = [[ada], [bob], [bob, ada], [eve]];
    const claims = await Promise.all(recipients.map((to) => ledger.claim(aDelivery({ recipients: to }), randomUUID())));
    const found = claims.map((claim) =>
      claim.verdict === 'mine'
        ? (claim.suppressions ?? [])
            .map(({ recipient, scope, tenant, reason, since }) => [
              recipient === ada.hash,
              scope,
              tenant,
              reason,
              Date.parse(since),
            ])
            .toSorted((a, b) => String(a[1]).localeCompare(String(b[1])))
        : claim.verdict,
    );
    const ofAda = [
      [true, 'all', null, 'hard-bounce', Date.parse(noon)],
      [true, 'topic:news', 'acme', 'unsubscribe', Date.parse(noon)],
    ];
    expect(found).toEqual([ofAda, [], ofAda, []]);
    const look = await ledger.claim(aDelivery({ recipients: [ada], mode: 'reconcile', hop: 2 }), randomUUID());
    expect(look).not.toHaveProperty('suppressions');
  });

  it('are found by the index, however many there are', async () => {
    await pool.query(
      "INSERT INTO email.suppression (recipient, scope_key, at, lifted, scope) SELECT gen_random_uuid(), 'all', " +
        "now(), false, 'all' FROM generate_series(1, 20000)",
    );
    await pool.query('ANALYZE email.suppression');
    const asked: { text: string; values: unknown[] }[] = [];
    const listening = { query: (query: { text: string; values: unknown[] }) => (asked.push(query), pool.query(query)) };
    const other = new Callers(
      new PostgresLedger({
        pool: Object.assign(Object.create(pool) as Pool, listening),
        schema: 'email',
        leaseMs: 60_000,
        retentionDays: 14,
      }),
    );
    await Promise.all(
      Array.from({ length: 50 }, () => other.claim(aDelivery({ recipients: [somebody()] }), randomUUID())),
    );
    const { text, values } = asked.find((query) => query.text?.includes('claim_hops'))!;
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Scan using suppression_pkey/);
    expect(plan).not.toContain('Seq Scan on suppression');
    await pool.query(`DELETE FROM email.suppression WHERE mask IS NULL AND scope_key = 'all'`);
  });
});
