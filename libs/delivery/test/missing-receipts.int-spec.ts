import { randomUUID } from 'node:crypto';
import { deliveryMigrations } from '#libs/delivery-tables';
import { identityKey, type ReceiptMissing, type StatusChanged } from '#libs/contracts';
import { migrate } from '#libs/persistence';
import type { Receipt, ReceiptAnswers, TakenMessage } from '#libs/providers';
import { createLogger } from '#libs/telemetry';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresMissingReceipts } from '../src/receipts/missing/missing-receipts.store.ts';
import { missingReceiptSql } from '../src/receipts/missing/missing-receipts.sql.ts';
import { ReceiptLookups } from '../src/receipts/missing/receipt-lookups.service.ts';
import { ReceiptWatch } from '../src/receipts/missing/receipt-watch.ts';

const hour = 3_600_000;
const logger = createLogger('test', 'silent');

let database: TestDatabase;
let store: PostgresMissingReceipts;

beforeAll(async () => {
  database = await aDatabase();
  await migrate(database.pool(), 'email', deliveryMigrations);
  store = new PostgresMissingReceipts(database.pool(), 'email');
});
beforeEach(() => database.pool().query('TRUNCATE email.missing_receipt, email.provider_receipts'));
afterAll(() => database.drop());

const aMissing = (more: Partial<ReceiptMissing> = {}): ReceiptMissing => ({
  messageId: `m-${randomUUID()}`,
  tenant: 'default',
  channel: 'email',
  lane: 'transactional',
  hop: 1,
  provider: 'sendgrid',
  providerMessageId: `sg-${randomUUID()}`,
  sentAt: new Date(Date.now() - 2 * hour).toISOString(),
  recipients: [{ hash: 'a'.repeat(32), mask: 'a***@inbox.test' }],
  recipientCount: 1,
  ...more,
});

const delivered = ({ providerMessageId, reference, recipients }: TakenMessage): Receipt => ({
  status: 'delivered',
  final: true,
  channel: 'email',
  provider: 'sendgrid',
  providerMessageId,
  event: 'delivered',
  reference,
  source: 'lookup',
  ...(recipients[0] && { recipient: recipients[0] }),
});

/** One replica of a channel; its provider answers as the test says. */
class Replica {
  readonly asked: TakenMessage[][] = [];
  readonly receipts: Receipt[] = [];
  readonly facts: StatusChanged[] = [];
  isOpen = true;
  answer: (messages: readonly TakenMessage[]) => ReceiptAnswers = (messages) => ({
    answered: true,
    of: messages.map((message) => ({ known: true, receipts: [delivered(message)] })),
  });
  readonly watch = new ReceiptWatch({
    missing: store,
    most: 3,
    webhooks: new Map([['sendgrid', ['sendgrid']]]),
    logger,
  });
  readonly lookups: ReceiptLookups;

  constructor({ most = 20, perMinute = 600 }: { most?: number; perMinute?: number } = {}) {
    const ask = async (messages: readonly TakenMessage[]) => {
      this.asked.push([...messages]);
      return this.answer(messages);
    };
    this.lookups = new ReceiptLookups({
      channel: 'email',
      providers: [{ name: 'sendgrid', receiptLookup: { most, ask } }],
      asked: new Map([['sendgrid', { firstLookMs: hour, windowMs: 72 * hour, perMinute }]]),
      missing: new PostgresMissingReceipts(database.pool(), 'email'),
      isOpen: () => this.isOpen,
      receipts: {
        recordEach: async (receipts) => {
          this.receipts.push(...receipts);
          return receipts.map(() => undefined);
        },
      },
      outcomes: {
        publishAll: async (outcomes) => {
          this.facts.push(...outcomes.flatMap(({ events }) => events.facts));
          return outcomes.map(() => undefined);
        },
      },
      watch: this.watch,
      hashKey: 'key',
      logger,
    });
  }

  /** As many rounds as it takes until its provider was asked so often; the first one makes the row of the pace. */
  async rounds(count: number): Promise<void> {
    for (let round = 0; round < count; round += 1) await this.lookups.round();
  }
}

const left = async (): Promise<number> => {
  const { rows } = await database.pool().query<{ count: number }>('SELECT count(*)::int FROM email.missing_receipt');
  return rows[0]!.count;
};

describe('a message whose receipt is missing', () => {
  it('is asked for at its provider, and the end that this knows is reported', async () => {
    const replica = new Replica();
    const missing = aMissing();
    await replica.lookups.onMissing(missing);
    await replica.rounds(2);
    expect(replica.asked).toMatchObject([[{ providerMessageId: missing.providerMessageId }]]);
    expect(replica.receipts).toMatchObject([
      { status: 'delivered', source: 'lookup', reference: { messageId: missing.messageId, hop: 1 } },
    ]);
    expect(await left()).toBe(0);
  });

  it('is no concern of another channel, and a repeat of the request changes nothing', async () => {
    const replica = new Replica();
    const missing = aMissing();
    await replica.lookups.onMissing({ ...missing, channel: 'sms' });
    expect(await left()).toBe(0);
    await Promise.all([missing, missing, missing].map((one) => replica.lookups.onMissing(one)));
    await replica.lookups.onMissing(missing);
    expect(await left()).toBe(1);
  });

  it('is not asked for once its receipt has come by a webhook', async () => {
    const replica = new Replica();
    const [one, other] = [aMissing(), aMissing()];
    await Promise.all([one, other].map((missing) => replica.lookups.onMissing(missing)));
    const fact = { ...one, eventId: 'e', status: 'delivered', final: true, at: one.sentAt, source: 'receipt' } as const;
    await replica.lookups.heard({ ...fact, recipientCount: undefined });
    await replica.rounds(2);
    expect(replica.asked.flat().map(({ providerMessageId }) => providerMessageId)).toEqual([other.providerMessageId]);
  });

  it('to several recipients waits for each of them, and is asked for those who are left', async () => {
    const replica = new Replica();
    const recipients = ['a', 'b', 'c'].map((name) => ({ hash: name.repeat(32), mask: `${name}***@inbox.test` }));
    const missing = aMissing({ recipients, recipientCount: 3 });
    await replica.lookups.onMissing(missing);
    const { messageId, tenant, channel, hop } = missing;
    await replica.lookups.heard({
      messageId,
      tenant,
      channel,
      hop,
      eventId: 'e',
      at: missing.sentAt,
      provider: 'sendgrid',
      status: 'bounced',
      final: true,
      source: 'receipt',
      recipient: recipients[0],
      recipientCount: 3,
    });
    await replica.rounds(2);
    expect(replica.asked[0]![0]!.recipients).toEqual(recipients.slice(1));
    // The answer was about the first of them alone.
    expect(await left()).toBe(1);
    const { rows } = await database.pool().query('SELECT open, looks, answer FROM email.missing_receipt');
    expect(rows).toEqual([{ open: [recipients[2]!.hash], looks: 1, answer: 'on-its-way' }]);
  });

  it('is not asked for while its provider is held or away, and is asked again where that gave no answer', async () => {
    const replica = new Replica();
    await replica.lookups.onMissing(aMissing());
    replica.isOpen = false;
    await replica.rounds(3);
    expect(replica.asked).toEqual([]);
    replica.isOpen = true;
    replica.answer = () => ({ answered: false, mayNotAsk: false });
    await replica.rounds(3);
    expect(replica.asked).toHaveLength(1);
    const { rows } = await database.pool().query(
      `SELECT m.looks, m.look_at > now() + interval '50 s' AS later, p.next_look_at > now() + interval '50 s' AS rests
         FROM email.missing_receipt m JOIN email.provider_receipts p USING (provider)`,
    );
    expect(rows).toEqual([{ looks: 0, later: true, rests: true }]);
  });

  it.each([
    ['knows it and no end of it', { known: true, receipts: [] } as const, 'knows no end of it either'],
    ['does not know it', { known: false } as const, 'does not know it'],
  ])('ends without a receipt once the window is over, where its provider %s', async (_, said, words) => {
    const replica = new Replica();
    replica.answer = (messages) => ({ answered: true, of: messages.map(() => said) });
    const missing = aMissing();
    await replica.lookups.onMissing(missing);
    await replica.rounds(2);
    expect(replica.facts).toEqual([]);
    await database.pool().query("UPDATE email.missing_receipt SET give_up_at = now() - interval '1 s'");
    await replica.rounds(1);
    expect(replica.facts).toMatchObject([
      { messageId: missing.messageId, status: 'sent', final: true, reason: expect.stringContaining(words) },
    ]);
    expect(await left()).toBe(0);
  });

  it('ends without a receipt too where nobody can be asked, since it is not known who took it', async () => {
    const replica = new Replica();
    const {
      provider: _,
      providerMessageId: __,
      ...nameless
    } = aMissing({
      sentAt: new Date(Date.now() - 80 * hour).toISOString(),
    });
    await replica.lookups.onMissing(nameless);
    await replica.rounds(2);
    expect(replica.asked).toEqual([]);
    expect(replica.facts).toMatchObject([{ status: 'sent', final: true }]);
  });
});

describe('several replicas', () => {
  it('share the messages and the rate at which their provider may be asked', async () => {
    const replicas = [new Replica({ most: 1, perMinute: 600 }), new Replica({ most: 1, perMinute: 600 })];
    for (let number = 0; number < 40; number += 1) await replicas[0]!.lookups.onMissing(aMissing());
    const began = performance.now();
    while (performance.now() - began < 1_500) await Promise.all(replicas.map(({ lookups }) => lookups.round()));
    const ids = replicas.flatMap(({ asked }) => asked.flat().map(({ providerMessageId }) => providerMessageId));
    expect(new Set(ids).size).toBe(ids.length);
    // Ten a second, and what the first second may bring at once.
    const most = ((performance.now() - began) / 1000) * 10 + 11;
    expect(ids.length).toBeLessThanOrEqual(most);
    expect(ids.length).toBeGreaterThan(10);
  });

  it('give the messages of one that died while it asked to the others after a while', async () => {
    await new Replica().lookups.onMissing(aMissing());
    expect(await store.take('sendgrid', 10)).toHaveLength(1);
    expect(await store.take('sendgrid', 10)).toEqual([]);
    await database.pool().query("UPDATE email.missing_receipt SET look_at = look_at - interval '1 minute'");
    expect(await store.take('sendgrid', 10)).toHaveLength(1);
  });
});

describe('a hundred thousand messages without a receipt', () => {
  it('are found by indexes: what is due costs the same as among few', async () => {
    const pool = database.pool();
    await pool.query(
      `INSERT INTO email.missing_receipt (id, hop, provider, sent_at, look_at, give_up_at, open, missing)
       SELECT gen_random_uuid(), 1, 'sendgrid', now() - n * interval '1 s', now() + (50 - n) * interval '1 s',
              now() + (50 - n) * interval '1 s', '{x}', '{}' FROM generate_series(1, 100000) AS n`,
    );
    await pool.query('ANALYZE email.missing_receipt');
    const sql = missingReceiptSql('email');
    const plan = async (text: string, values: unknown[]) =>
      JSON.stringify((await pool.query(`EXPLAIN (FORMAT JSON) ${text}`, values)).rows);
    expect(await plan(sql.take, ['sendgrid', 20])).not.toContain('Seq Scan');
    expect(await plan(sql.takeOverdue, [500])).not.toContain('Seq Scan');
    expect(await plan(sql.remove, [[randomUUID()], [1]])).not.toContain('Seq Scan');
    const began = performance.now();
    expect(await store.due(['sendgrid', 'resend'])).toEqual({ any: true, due: ['sendgrid'] });
    expect(await store.take('sendgrid', 20)).toHaveLength(20);
    await store.ended(identityKey(aMissing()), 1, undefined);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('the receipts of a provider', () => {
  it('are a concern once several messages in a row got none by a webhook, until one comes', async () => {
    const replica = new Replica();
    for (let number = 0; number < 3; number += 1) await replica.lookups.onMissing(aMissing());
    await replica.watch.round();
    expect(replica.watch.concern()).toMatchObject({
      meaning: expect.stringMatching(/^3 messages that sendgrid took.*none ever came.*\/webhooks\/sendgrid/),
      remedy: expect.stringContaining('doctor'),
    });
    await replica.rounds(2);
    expect(await left()).toBe(0);
    const other = new Replica();
    // What was found out by asking does not show that the webhook works; every replica knows.
    await replica.watch.round();
    await other.watch.round();
    expect(other.watch.concern()).toBeDefined();
    other.watch.seen('sendgrid');
    await other.watch.round();
    await replica.watch.round();
    expect([other.watch.concern(), replica.watch.concern()]).toEqual([undefined, undefined]);
  });
});
