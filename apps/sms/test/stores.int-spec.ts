import { randomUUID } from 'node:crypto';
import { migrate, type Pool } from '#libs/persistence';
import { Jobs } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDatabase, aDeferred, anSmsRequest, eventually, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresConversations } from '../src/conversation/conversations.store.ts';
import { PostgresResendPlans } from '../src/conversation/resend-plans.store.ts';
import { readBudgets } from '../src/recipient/budget.policy.ts';
import { PostgresPrefixUse } from '../src/recipient/prefix-use.store.ts';
import { twilio } from '../src/providers/twilio/index.ts';
import { ScreeningService } from '../src/screening.service.ts';
import type { SmsMessage } from '../src/sms-message.ts';
import { smsMigrations } from '../src/sms.migrations.ts';

/** For stores whose jobs are not started. */
const noJobs = { add: () => undefined };

describe('the stores of the sms service', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'sms', smsMigrations);
  });
  afterAll(() => database.drop());

  const screening = (budgets: string) =>
    new ScreeningService({
      conversations: new PostgresConversations(pool, noJobs),
      prefixUse: new PostgresPrefixUse(pool, noJobs),
      windowRule: 'enforce',
      budgets: readBudgets(budgets)!,
      files: undefined,
      media: [twilio.media],
      hashOf: (number) => `hash of ${number}`,
    });
  const aMessage = (more: Partial<SmsMessage>): SmsMessage => ({
    ...anSmsRequest(),
    kind: 'sms',
    from: '+15005550006',
    region: 'US',
    ...more,
  });

  it('allow exactly as many messages an hour as the budget, over two replicas', async () => {
    const replicas = [screening('US=7'), screening('US=7')];
    const screened = await Promise.all(
      Array.from({ length: 20 }, (_, index) => replicas[index % 2]!.screen(aMessage({}))),
    );
    expect(screened.filter(({ pass }) => pass)).toHaveLength(7);
    expect(screened.find((one) => !one.pass)).toMatchObject({
      failure: { code: 'MSG_PREFIX_BUDGET', kind: 'throttled', retryAfterMs: expect.any(Number) },
    });
    const { rows } = await pool.query<{ asked: number }>(
      `SELECT sum(asked)::bigint AS asked FROM sms.prefix_use WHERE prefix = 'US'`,
    );
    expect(rows[0]!.asked).toBe(20);
    expect(await screening('US=7').screen(aMessage({ region: 'CA', to: '+14165550123' }))).toMatchObject({
      pass: true,
    });
  });

  it('mark a WhatsApp text that also has a template, once it is sent as free-form text', async () => {
    const conversations = new PostgresConversations(pool, noJobs);
    const both = aMessage({
      kind: 'whatsapp',
      to: '+12025550177',
      from: '+14155238886',
      contentTemplate: { name: 'HX1', variables: {} },
    });
    expect(await screening('').screen(both)).toMatchObject({
      pass: true,
      message: { body: undefined, contentTemplate: { name: 'HX1' } },
    });
    await conversations.heard({ recipient: 'hash of +12025550177', business: '+14155238886', at: new Date() });
    expect(await screening('').screen(both)).toMatchObject({
      pass: true,
      message: { body: 'It works', contentTemplate: undefined, resendPlan: true },
    });
    const { contentTemplate: _, ...wordsOnly } = both;
    expect(await screening('').screen(wordsOnly)).toEqual({
      pass: true,
      message: { ...wordsOnly, contentTemplate: undefined },
    });
  });

  it('keep such a template for two days, by message and hop', async () => {
    const resendPlans = new PostgresResendPlans(pool, noJobs);
    const [id, old] = [randomUUID(), randomUUID()];
    const resendPlan = { provider: 'twilio', attempt: 1, deferred: aDeferred({ channel: 'sms', hop: 2 }) };
    await pool.query(
      `INSERT INTO sms.resend_plan (id, hop, plan, kept_at) VALUES ($1, 1, '{}', now() - interval '49 hours')`,
      [old],
    );
    await resendPlans.keep(id, resendPlan);
    await resendPlans.keep(id, { ...resendPlan, attempt: 9 });
    expect(await resendPlans.of(id, 2)).toEqual(resendPlan);
    expect([await resendPlans.of(id, 1), await resendPlans.of(old, 1)]).toEqual([undefined, undefined]);
  });

  it('delete such a template after two days, though no new one is stored', async () => {
    const stop = new AbortController();
    const jobs = new Jobs({ logger: createLogger('test', 'silent'), stopping: stop.signal });
    new PostgresResendPlans(pool, jobs);
    const [young, old] = [randomUUID(), randomUUID()];
    await pool.query(
      "INSERT INTO sms.resend_plan (id, hop, plan, kept_at) VALUES ($1, 1, '{}', now() - interval '49 hours'), " +
        "($2, 1, '{}', now() - interval '47 hours')",
      [old, young],
    );
    const left = async () =>
      (await pool.query<{ id: string }>('SELECT id FROM sms.resend_plan WHERE id = ANY($1)', [[young, old]])).rows.map(
        ({ id }) => id,
      );
    jobs.start();
    try {
      await eventually(async () => (await left()).length === 1);
      expect(await left()).toEqual([young]);
    } finally {
      stop.abort();
      await jobs.ended();
    }
  });

  it('know who wrote within a day, by person and our number', async () => {
    const conversations = new PostgresConversations(pool, noJobs);
    const at = new Date();
    await conversations.heard({ recipient: 'ada', business: '+14155238886', at });
    await conversations.heard({ recipient: 'ada', business: '+14155238886', at: new Date(at.getTime() - 60_000) });
    expect(await conversations.lastHeard({ recipient: 'ada', business: '+14155238886' })).toBe(at.getTime());
    expect(await conversations.lastHeard({ recipient: 'ada', business: undefined })).toBe(at.getTime());
    expect(await conversations.lastHeard({ recipient: 'ada', business: '+1999' })).toBeUndefined();
    expect(await conversations.lastHeard({ recipient: 'grace', business: undefined })).toBeUndefined();
    await conversations.forget('ada');
    expect(await conversations.lastHeard({ recipient: 'ada', business: undefined })).toBeUndefined();
  });

  it('allow free-form text on WhatsApp inside the window, the template outside it, or give a reason', async () => {
    const to = '+12025550142';
    const message = aMessage({
      kind: 'whatsapp',
      to,
      from: '+14155238886',
      contentTemplate: { name: `HX${'0'.repeat(32)}`, variables: {} },
    });
    const service = screening('');
    expect(await service.screen(message)).toMatchObject({
      pass: true,
      message: { body: undefined, contentTemplate: { name: message.contentTemplate!.name } },
    });
    expect(await service.screen({ ...message, contentTemplate: undefined })).toMatchObject({
      pass: false,
      failure: { code: 'MSG_OUTSIDE_WINDOW' },
    });
    await new PostgresConversations(pool, noJobs).heard({
      recipient: `hash of ${to}`,
      business: '+14155238886',
      at: new Date(),
    });
    expect(await service.screen(message)).toMatchObject({
      pass: true,
      message: { body: 'It works', contentTemplate: undefined },
    });
  });
});
