import { randomUUID } from 'node:crypto';
import { type Failure, IdConflict, InfrastructureDown } from '#libs/contracts';
import { type LookupResult, Provider, type ProviderCall, type ProviderCheck, type SendResult } from '#libs/providers';
import { migrate, type Pool } from '#libs/persistence';
import { createLogger } from '#libs/telemetry';
import { aDatabase, aFailure, eventually, type TestDatabase } from '#libs/testing';
import { Stopping } from '#libs/transport';
import { ledgerMigrations } from '#libs/delivery-tables';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import { PostgresCancellations } from '../src/cancel/cancellations.store.ts';
import type { Delivery } from '../src/delivery.ts';
import { DeliveryService } from '../src/delivery.service.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aPublisher } from './builders/a-publisher.ts';
import { anOpenRoute } from './builders/an-open-route.ts';
import { aChannel, aDelivery, type TestMessage } from './builders/a-delivery.ts';

/** A provider whose results the test defines, and that records what it accepted. */
class ScriptedProvider extends Provider<TestMessage> {
  readonly name = 'sendgrid';
  readonly accepted: string[] = [];
  answer: () => Promise<SendResult> = () => Promise.resolve({ sent: true, providerMessageId: randomUUID() });
  found: LookupResult = { found: 'absent' };

  async send({ reference, mayStillSend }: ProviderCall<TestMessage>): Promise<SendResult> {
    if (!mayStillSend()) return { sent: false, failure: aFailure({ code: 'MSG_NOT_STARTED' }) };
    const result = await this.answer();
    if (result.sent) this.accepted.push(reference.messageId);
    return result;
  }

  lookup = (): Promise<LookupResult> => Promise.resolve(this.found);
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

interface Published {
  topic: string;
  value: { eventId: string; status?: string; why?: string; at: string; hop: number };
}

describe('sending one message', () => {
  let database: TestDatabase;
  let pool: Pool;
  let published: Published[];
  let kafkaIsDown: number;
  let provider: ScriptedProvider;

  const publisher = aPublisher((record) => {
    if (kafkaIsDown > 0) {
      kafkaIsDown -= 1;
      return Promise.reject(new InfrastructureDown('kafka', 'publish'));
    }
    published.push({ topic: record.topic.name, value: record.value as Published['value'] });
    return Promise.resolve();
  });

  const aService = (
    options: { leaseMs?: number; guardMs?: number; stopping?: AbortSignal; refuse?: () => Failure | undefined } = {},
  ) => {
    const leaseMs = options.leaseMs ?? 5_000;
    return new DeliveryService<TestMessage>({
      providers: [provider],
      ...(options.refuse && { channel: aChannel({ refuse: options.refuse }) }),
      routing: anOpenRoute([provider]),
      ledger: new PostgresLedger({ pool, schema: 'email', leaseMs, retentionDays: 14 }),
      outcomes: new OutcomePublisher(publisher),
      logger: createLogger('test', 'silent'),
      stopping: options.stopping ?? new AbortController().signal,
      leaseMs,
      guardMs: options.guardMs ?? 100,
      retentionDays: 14,
    });
  };
  const reported = () => published.map(({ topic, value }) => `${topic}: ${value.status ?? value.why}`);

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', ledgerMigrations);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    published = [];
    kafkaIsDown = 0;
    provider = new ScriptedProvider();
  });

  it('sends once and publishes the same fact again when the record is read again', async () => {
    const delivery = aDelivery();
    await aService().dispatch(delivery);
    await aService().dispatch(delivery);
    expect(provider.accepted).toEqual([delivery.messageId]);
    expect(reported()).toEqual(['status.changed: sent', 'status.changed: sent']);
    expect(published[1]!.value).toEqual(published[0]!.value);
  });

  it('publishes after a restart what was settled but not yet published', async () => {
    const delivery = aDelivery();
    const stopping = new AbortController();
    kafkaIsDown = 1_000;
    const first = aService({ stopping: stopping.signal }).dispatch(delivery);
    setTimeout(() => stopping.abort(), 300);
    await expect(first).rejects.toThrow(Stopping);
    kafkaIsDown = 0;
    await aService().dispatch(delivery);
    expect(provider.accepted).toHaveLength(1);
    expect(reported()).toEqual(['status.changed: sent']);
  });

  it('ends where the provider was only asked to check: final, not sent, and never asked again', async () => {
    provider.answer = () => Promise.resolve({ sent: true, providerMessageId: '', validatedOnly: true });
    const delivery = aDelivery();
    await aService().dispatch(delivery);
    await aService().dispatch(delivery);
    await aService().dispatch({ ...delivery, source: 'another/0/1' });
    expect(reported()).toEqual(['status.changed: cancelled', 'status.changed: cancelled']);
    expect(published[0]!.value).toMatchObject({ final: true, reason: expect.stringMatching(/^Validated only/) });
    expect(published[1]!.value).toEqual(published[0]!.value);
    expect(provider.accepted).toHaveLength(1);
  });

  it('asks no provider when the channel itself refuses, and that counts as no attempt', async () => {
    await aService({
      refuse: () => aFailure({ kind: 'account', retry: 'operator', code: 'MSG_UNSUBSCRIBE_MISSING' }),
    }).dispatch(aDelivery());
    expect(reported()).toEqual(['status.changed: retrying', 'send.deferred: failed']);
    expect(published[1]!.value).toMatchObject({ attempts: [], failure: { code: 'MSG_UNSUBSCRIBE_MISSING' } });
    expect(provider.accepted).toEqual([]);
  });

  it('waits for Kafka to come back instead of giving the message up', async () => {
    kafkaIsDown = 2;
    await aService().dispatch(aDelivery());
    expect(reported()).toEqual(['status.changed: sent']);
  });

  it('hands a refused attempt over to retry, with its history', async () => {
    provider.answer = () => Promise.resolve({ sent: false, failure: aFailure() });
    await aService().dispatch(aDelivery());
    expect(reported()).toEqual(['status.changed: retrying', 'send.deferred: failed']);
    expect(published[1]!.value).toMatchObject({ hop: 1, attempts: [{ attempt: 1, hop: 1, provider: 'sendgrid' }] });
  });

  it('reports a permanent refusal as failed at once', async () => {
    provider.answer = () =>
      Promise.resolve({ sent: false, failure: aFailure({ kind: 'bad-recipient', retry: 'never' }) });
    await aService().dispatch(aDelivery());
    expect(reported()).toEqual(['status.changed: failed', 'send.deferred: failed']);
  });

  it('keeps a call that may have been accepted as unconfirmed, with what is needed to find it', async () => {
    provider.answer = () => Promise.resolve({ sent: false, failure: aFailure({ kind: 'unknown' }) });
    await aService().dispatch(aDelivery());
    expect(reported()).toEqual(['status.changed: unconfirmed', 'send.deferred: unknown']);
    expect(published[1]!.value).toMatchObject({
      unconfirmedCall: { hop: 1, provider: 'sendgrid', callId: expect.any(String) },
    });
  });

  it('sends nothing for a message that is scheduled or has expired, and hands both over', async () => {
    const now = Date.now();
    await aService().dispatch(aDelivery({ sendAt: new Date(now + 60_000) }));
    await aService().dispatch(aDelivery({ expiresAt: new Date(now - 1) }));
    expect(provider.accepted).toEqual([]);
    expect(reported()).toEqual([
      'status.changed: scheduled',
      'send.deferred: waiting',
      'status.changed: expired',
      'send.deferred: failed',
    ]);
  });

  it.each([
    ['at its first hop, however urgent', {}],
    ['at a later hop, whatever retry had planned', { hop: 2, source: 'due/0/7' }],
    ['even where it was to wait for its time', { sendAt: new Date(Date.now() + 60_000) }],
  ])('sends nothing that upstream cancelled before it was claimed: %s', async (_, more) => {
    const delivery = aDelivery(more);
    await new PostgresCancellations(pool, 'email', 14).keep(delivery);
    await aService().dispatch(delivery);
    await aService().dispatch(delivery);
    expect(provider.accepted).toEqual([]);
    expect(reported()).toEqual(['status.changed: cancelled', 'status.changed: cancelled']);
    expect(published[0]!.value).toMatchObject({
      final: true,
      hop: delivery.hop,
      reason: 'Upstream asked not to send it any more.',
    });
    expect(published[1]!.value).toEqual(published[0]!.value);
  });

  it('writes no request once less than its guard remains of the lease, which is not an attempt', async () => {
    await aService({ leaseMs: 1_000, guardMs: 1_000 }).dispatch(aDelivery());
    expect(provider.accepted).toEqual([]);
    expect(reported()).toEqual(['status.changed: scheduled', 'send.deferred: waiting']);
    expect(published.at(-1)!.value).toMatchObject({ attempts: [] });
  });

  it('finds a lost call at the provider, reports its hop as sent, and stops later hops', async () => {
    const delivery = aDelivery();
    provider.answer = () => Promise.resolve({ sent: false, failure: aFailure({ kind: 'unknown' }) });
    await aService().dispatch(delivery);
    provider.found = { found: 'accepted', providerMessageId: 'x-1' };
    const unconfirmedCall = { hop: 1, provider: 'sendgrid', callId: randomUUID(), at: new Date().toISOString() };
    await aService().dispatch(
      aDelivery({ ...delivery, hop: 2, mode: 'reconcile', source: 'due/0/1', unconfirmedCall }),
    );
    expect(published.at(-1)!.value).toMatchObject({
      status: 'sent',
      source: 'lookup',
      hop: 1,
      providerMessageId: 'x-1',
    });
    provider.answer = () => Promise.resolve({ sent: true, providerMessageId: 'x-2' });
    await aService().dispatch(aDelivery({ ...delivery, hop: 3, source: 'due/0/2' }));
    expect(provider.accepted).toEqual([]);
  });

  it('decides by the ledger which of two equal texts is the result of the lost call', async () => {
    const fingerprint = { participants: randomUUID(), contentHash: randomUUID() };
    const [lost, answered] = [aDelivery({ fingerprint }), aDelivery({ fingerprint })];
    provider.answer = () => Promise.resolve({ sent: true, providerMessageId: 'SM1' });
    await aService().dispatch(answered);
    provider.answer = () => Promise.resolve({ sent: false, failure: aFailure({ kind: 'unknown' }) });
    await aService().dispatch(lost);
    const unconfirmedCall = { hop: 1, provider: 'sendgrid', callId: randomUUID(), at: new Date().toISOString() };
    provider.found = { found: 'candidates', candidates: [{ providerMessageId: 'SM1', takenAt: Date.now() }] };
    await aService().dispatch(
      aDelivery({
        ...lost,
        hop: 2,
        mode: 'reconcile',
        source: 'due/1/1',
        unconfirmedCall,
        unconfirmedSince: unconfirmedCall.at,
      }),
    );
    expect(published.at(-1)).toMatchObject({ topic: 'send.deferred', value: { hop: 2 } });
    provider.found = {
      found: 'candidates',
      candidates: [
        { providerMessageId: 'SM1', takenAt: Date.now() },
        { providerMessageId: 'SM2', takenAt: Date.now() },
      ],
    };
    await aService().dispatch(
      aDelivery({
        ...lost,
        hop: 3,
        mode: 'reconcile',
        source: 'due/1/2',
        unconfirmedCall,
        unconfirmedSince: unconfirmedCall.at,
      }),
    );
    expect(published.at(-1)!.value).toMatchObject({
      status: 'sent',
      source: 'lookup',
      hop: 1,
      providerMessageId: 'SM2',
    });
  });

  it('hands a call that cannot be found over to retry, the unconfirmed call unchanged', async () => {
    const unconfirmedCall = { hop: 1, provider: 'sendgrid', callId: randomUUID(), at: new Date().toISOString() };
    await aService().dispatch(
      aDelivery({
        hop: 2,
        mode: 'reconcile',
        source: 'due/0/3',
        unconfirmedCall,
        unconfirmedSince: unconfirmedCall.at,
      }),
    );
    expect(reported()).toEqual(['send.deferred: unknown']);
    expect(published[0]!.value).toMatchObject({ hop: 2, unconfirmedCall, unconfirmedSince: unconfirmedCall.at });
  });

  describe('when retry asks again for a hop', () => {
    const asked = (delivery: Delivery<TestMessage>) => ({ ...delivery, source: `due/0/${randomUUID()}`, again: true });

    it('sends what was never claimed: the first record was lost', async () => {
      const delivery = aDelivery({ hop: 2, source: 'due/0/21' });
      await aService().dispatch(asked(delivery));
      expect(provider.accepted).toEqual([delivery.messageId]);
      // The first record arrives after all.
      await aService().dispatch(delivery);
      expect(reported()).toEqual(['status.changed: sent']);
    });

    it('publishes lost events again, under the same ids and times, and sends nothing', async () => {
      const delivery = aDelivery({ hop: 2, source: 'due/0/22' });
      provider.answer = () => Promise.resolve({ sent: false, failure: aFailure() });
      await aService().dispatch(delivery);
      const first = published.splice(0);
      await aService().dispatch(asked(delivery));
      expect(published).toEqual(first);
      expect(reported()).toEqual(['status.changed: retrying', 'send.deferred: failed']);
      // Any other repeat is absorbed.
      await aService().dispatch({ ...asked(delivery), again: false });
      expect(published).toHaveLength(2);
    });

    it('waits for a claim that is in work, and publishes its outcome', async () => {
      let answer = (_: SendResult) => {};
      provider.answer = () => new Promise((resolve) => (answer = resolve));
      const delivery = aDelivery({ hop: 2, source: 'due/0/23' });
      const first = aService({ leaseMs: 1_500 }).dispatch(delivery);
      await eventually(
        async () => (await pool.query('SELECT 1 FROM email.ledger WHERE id = $1', [delivery.id])).rowCount === 1,
      );
      const second = aService({ leaseMs: 1_500 }).dispatch(asked(delivery));
      setTimeout(() => answer({ sent: true, providerMessageId: 'x-1' }), 200);
      await Promise.all([first, second]);
      expect(provider.accepted).toHaveLength(1);
      expect(reported()).toEqual(['status.changed: sent', 'status.changed: sent']);
    });

    it('treats the response as lost where the holder of the claim has died, and its record is lost too', async () => {
      const delivery = aDelivery({ hop: 2, source: 'due/0/24' });
      await new PostgresLedger({ pool, schema: 'email', leaseMs: 1, retentionDays: 14 }).claim([
        { delivery, token: randomUUID() },
      ]);
      await aService().dispatch(asked(delivery));
      expect(provider.accepted).toEqual([]);
      expect(reported()).toEqual(['status.changed: unconfirmed', 'send.deferred: unknown']);
    });
  });

  it('leaves a record that is older than the ledger remembers to an operator', async () => {
    await aService().dispatch(aDelivery({ requestedAt: new Date(Date.now() - 15 * 86_400_000) }));
    expect(provider.accepted).toEqual([]);
    expect(published[0]!.value).toMatchObject({ status: 'unconfirmed', final: true });
  });

  it('sends a message that was scheduled long before the ledger’s first period', async () => {
    const requestedAt = new Date(Date.now() - 60 * 86_400_000);
    const delivery = aDelivery({
      requestedAt,
      rememberedAt: new Date(),
      expiresAt: new Date(Date.now() + 60_000),
      hop: 2,
      source: 'due/0/9',
    });
    await aService().dispatch(delivery);
    await aService().dispatch(delivery);
    expect(provider.accepted).toEqual([delivery.messageId]);
  });

  it('refuses an id that was used for other content and does not change the original', async () => {
    const delivery = aDelivery();
    await aService().dispatch(delivery);
    await expect(
      aService().dispatch(aDelivery({ ...delivery, source: 'elsewhere/0/1', digest: randomUUID() })),
    ).rejects.toThrow(IdConflict);
    expect(provider.accepted).toHaveLength(1);
  });
});
