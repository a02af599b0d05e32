import { randomUUID } from 'node:crypto';
import { type Identity, InfrastructureDown, type StatusChanged } from '#libs/contracts';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, aFailure, aStatus, silentLogger, type TestDatabase } from '#libs/testing';
import { ledgerMigrations } from '#libs/delivery-tables';
import { CancelService } from '../src/cancel/cancel.service.ts';
import { PostgresCancellations } from '../src/cancel/cancellations.store.ts';
import type { Delivery, Outcome } from '../src/delivery.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aDelivery, type TestMessage } from './builders/a-delivery.ts';
import { Callers } from './builders/callers.ts';

const WAIT_MS = 60_000;

describe('a cancellation in its channel', () => {
  let database: TestDatabase;
  let pool: Pool;
  let ledger: Callers;
  let reported: StatusChanged[];
  let kafkaIsDown: boolean;
  let service: CancelService;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', ledgerMigrations);
    ledger = new Callers(new PostgresLedger({ pool, schema: 'email', leaseMs: 5_000, retentionDays: 14 }));
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    reported = [];
    kafkaIsDown = false;
    await pool.query('TRUNCATE email.cancellation');
    const outcomes = {
      publishFact: (fact: StatusChanged) =>
        kafkaIsDown
          ? Promise.reject(new InfrastructureDown('kafka', 'publish'))
          : Promise.resolve(void reported.push(fact)),
    };
    const cancellations = new PostgresCancellations(pool, 'email', 14);
    service = new CancelService({
      channel: 'email',
      cancellations,
      outcomes,
      logger: silentLogger(),
      waitMs: WAIT_MS,
      now: Date.now,
    });
  });

  const cancel = (
    { tenant, messageId }: Pick<Identity, 'tenant' | 'messageId'>,
    channel: Identity['channel'] = 'email',
  ) => service.cancel({ tenant, messageId, channel });
  /** As if it had been requested this long ago, and was due for a check. */
  const later = (ms: number) =>
    pool.query(
      "UPDATE email.cancellation SET asked_at = asked_at - $1 * interval '1 millisecond', look_at = CASE WHEN " +
        'look_at IS NOT NULL THEN now() END',
      [ms],
    );
  const reasons = () => reported.map(({ reason }) => reason ?? '');

  async function settled(
    outcome: Outcome,
    delivery: Delivery<TestMessage> = aDelivery(),
  ): Promise<Delivery<TestMessage>> {
    const token = randomUUID();
    expect(await ledger.claim(delivery, token)).toEqual({ verdict: 'mine', token });
    await ledger.settle(delivery, token, outcome);
    return delivery;
  }
  const sent: Outcome = {
    kind: 'sent',
    at: '2030-01-31T12:00:00.000Z',
    provider: 'sendgrid',
    providerMessageId: 'p-1',
    callId: 'c-1',
    attempt: 1,
  };
  const failed = (retry: 'never' | 'backoff'): Outcome => ({
    kind: 'failed',
    at: '2030-01-31T12:00:00.000Z',
    attempt: 1,
    failure: aFailure({ retry }),
  });

  it('that comes before its request is seen by the claim', async () => {
    const delivery = aDelivery();
    await cancel(delivery);
    const token = randomUUID();
    expect(await ledger.claim(delivery, token)).toEqual({ verdict: 'mine', token, cancelled: true });
  });

  it('is seen by a later hop too, but not by a look-up, which sends nothing', async () => {
    const delivery = await settled(failed('backoff'));
    await cancel(delivery);
    const [again, look] = [randomUUID(), randomUUID()];
    expect(await ledger.claim({ ...delivery, hop: 2, source: 'due/0/1' }, again)).toEqual({
      verdict: 'mine',
      token: again,
      cancelled: true,
    });
    expect(await ledger.claim({ ...delivery, hop: 3, mode: 'reconcile', source: 'due/0/2' }, look)).toEqual({
      verdict: 'mine',
      token: look,
    });
  });

  it('concerns no other message, tenant or channel', async () => {
    const delivery = aDelivery();
    await cancel({ ...delivery, tenant: 'another' });
    await cancel({ ...delivery, messageId: `${delivery.messageId}-2` });
    await cancel(delivery, 'sms');
    const token = randomUUID();
    expect(await ledger.claim(delivery, token)).toEqual({ verdict: 'mine', token });
  });

  it('is reported as refused at once where the message has been sent: a fact that changes no status', async () => {
    const { messageId, tenant } = await settled(sent);
    await cancel({ messageId, tenant });
    await service.look();
    expect(reported).toEqual([
      {
        eventId: expect.any(String),
        messageId,
        tenant,
        channel: 'email',
        status: 'cancel-refused',
        final: false,
        source: 'email',
        at: expect.any(String),
        reason: 'Cancel refused: already sent.',
      },
    ]);
    await service.look();
    expect(reported).toHaveLength(1);
  });

  it('is reported again under the same id when it is requested again', async () => {
    const delivery = await settled(sent);
    for (let time = 0; time < 2; time += 1) {
      await cancel(delivery);
      await service.look();
    }
    expect(reported).toHaveLength(2);
    expect(reported[1]!.eventId).toBe(reported[0]!.eventId);
  });

  it('is answered later where a claim is in work: the ledger’s row decides which came first', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await ledger.claim(delivery, token);
    await cancel(delivery);
    await service.look();
    expect(reported).toEqual([]);
    await ledger.settle(delivery, token, sent);
    await later(1_000);
    await service.look();
    expect(reasons()).toEqual(['Cancel refused: already sent.']);
  });

  it('is reported as refused where the message had ended, or may have been sent', async () => {
    await cancel(await settled(failed('never')));
    await cancel(
      await settled({
        kind: 'unknown',
        at: '2030-01-31T12:00:00.000Z',
        callId: 'c-1',
        attempt: 1,
        failure: aFailure({ kind: 'unknown' }),
      }),
    );
    await later(20_000);
    await service.look();
    expect(reasons().sort()).toEqual([
      'Cancel refused: it had ended before.',
      expect.stringMatching(/^Cancel refused: it may have been sent\./),
    ]);
  });

  it('of a message that waits is left to retry, and once retry has answered nothing more is reported', async () => {
    await cancel(await settled(failed('backoff')));
    const unseen = aDelivery();
    await cancel(unseen);
    await service.heard(aStatus({ messageId: unseen.messageId, source: 'retry', status: 'cancelled', final: true }));
    await later(WAIT_MS);
    await service.look();
    expect(reported).toEqual([]);
    const { rows } = await pool.query('SELECT 1 FROM email.cancellation WHERE look_at IS NOT NULL');
    expect(rows).toEqual([]);
  });

  it('of an unknown message is reported as refused after the wait, and a later request is not sent', async () => {
    const delivery = aDelivery();
    await cancel(delivery);
    await service.look();
    expect(reported).toEqual([]);
    await later(WAIT_MS);
    await service.look();
    expect(reasons()).toEqual(['Cancel refused: never seen. Should its request still come, it is not sent.']);
    const token = randomUUID();
    expect(await ledger.claim(delivery, token)).toMatchObject({ cancelled: true });
  });

  it('is reported once Kafka is back', async () => {
    await cancel(await settled(sent));
    kafkaIsDown = true;
    await expect(service.look()).rejects.toThrow(InfrastructureDown);
    kafkaIsDown = false;
    await later(0);
    await service.look();
    expect(reasons()).toEqual(['Cancel refused: already sent.']);
  });

  it('is stored as long as the ledger’s retention, and no longer', async () => {
    const delivery = aDelivery();
    await cancel(delivery);
    await later(13.9 * 86_400_000);
    const cancellations = new PostgresCancellations(pool, 'email', 14);
    await cancellations.forget();
    expect((await pool.query('SELECT 1 FROM email.cancellation')).rows).toHaveLength(1);
    await later(0.2 * 86_400_000);
    await cancellations.forget();
    expect((await pool.query('SELECT 1 FROM email.cancellation')).rows).toEqual([]);
  });
});
