import { randomUUID } from 'node:crypto';
import { eventually } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { System } from './system.ts';

describe('bad input', () => {
  const system = new System();
  let unreadable: { value: string; headers: Record<string, string> }[];
  const quarantined = (fits: (record: { value: string; headers: Record<string, string> }) => boolean) =>
    eventually(() => unreadable.find(fits), { what: 'the record in messaging.unreadable' });

  beforeAll(async () => {
    unreadable = await system.follow('unreadable');
  });
  afterAll(() => system.close());

  it('that is not JSON is quarantined as it came, and the partition goes on', async () => {
    const rubbish = `not json ${randomUUID()}`;
    await system.produce('messaging.email.requested', { key: 'same', value: rubbish });
    const messageId = `e2e-${randomUUID()}`;
    await system.produce('messaging.email.requested', {
      key: 'same',
      value: { messageId, to: [{ email: 'ada@inbox.test' }], subject: 'After', text: 'rubbish' },
    });
    await system.reaches('email', messageId, 'delivered');
    const { headers } = await quarantined((record) => record.value === rubbish);
    expect(headers).toMatchObject({
      'x-error-code': 'MSG_UNREADABLE',
      'x-origin-topic': 'messaging.email.requested',
      'x-quarantined-by': 'email',
    });
    expect(unreadable.filter((record) => record.value === rubbish)).toHaveLength(1);
  });

  it('that breaks the schema is rejected with the field and the rule, never with the value', async () => {
    const messageId = `e2e-${randomUUID()}`;
    await system.produce('messaging.sms.requested', {
      value: { messageId, to: '555-secret', body: 'x'.repeat(1_601) },
    });
    const timeline = await system.reaches('sms', messageId, 'rejected');
    expect(timeline.final).toBe(true);
    const text = JSON.stringify(timeline);
    expect(text).toMatch(/E\.164/);
    expect(text).not.toMatch(/555-secret/);
    await quarantined((record) => record.value.includes(messageId));
  });

  it.each([
    [
      'email',
      'messaging.email.requested',
      { to: [{ email: 'nobody' }], subject: 'Hello', text: 'x' },
      { to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'x' },
    ],
    [
      'sms',
      'messaging.sms.requested.urgent',
      { to: '+12025550123', template: { name: 'no-such-template' } },
      { to: '+12025550123', body: 'x' },
    ],
  ] as const)(
    'may be corrected under the same id: the %s that was rejected goes, once',
    async (channel, topic, wrong, corrected) => {
      const messageId = `e2e-${randomUUID()}`;
      await system.produce(topic, { value: { messageId, ...wrong } });
      expect(await system.reaches(channel, messageId, 'rejected')).toMatchObject({ final: true });
      await system.produce(topic, { value: { messageId, ...corrected } });
      await system.reaches(channel, messageId, 'delivered');
      await system.produce(topic, { value: { messageId, ...wrong } });
      await quarantined(
        (record) => record.value.includes(messageId) && record.headers['x-origin-offset'] !== undefined,
      );
      expect(await system.timeline(channel, messageId)).toMatchObject({ status: 'delivered' });
      expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 1 });
    },
  );

  it('with a line break in an address is rejected and reaches no provider', async () => {
    const messageId = `e2e-${randomUUID()}`;
    await system.produce('messaging.email.requested', {
      value: { messageId, to: [{ email: 'ada@inbox.test\r\nBcc: eve@inbox.test' }], subject: 'Hello', text: 'x' },
    });
    await system.reaches('email', messageId, 'rejected');
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 0 });
  });

  it('with a message id of 10,000 characters is quarantined without a status', async () => {
    const messageId = 'x'.repeat(10_000);
    await system.produce('messaging.email.requested', {
      value: { messageId, to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'x' },
    });
    const { headers } = await quarantined((record) => record.value.includes(messageId));
    expect(headers['x-error']).toMatch(/messageId/);
  });

  it('of 900 KB is no trouble when it fits the schema, and rejected when it does not', async () => {
    const [good, bad] = [`e2e-${randomUUID()}`, `e2e-${randomUUID()}`];
    const big = 'a'.repeat(900_000);
    await system.produce('messaging.email.requested', {
      value: { messageId: good, to: [{ email: 'ada@inbox.test' }], subject: 'Big', text: big },
    });
    await system.produce('messaging.sms.requested', { value: { messageId: bad, to: '+12025550123', body: big } });
    await system.reaches('email', good, 'delivered');
    await system.reaches('sms', bad, 'rejected');
    await quarantined((record) => record.value.includes(bad) && record.value.length > 900_000);
  });

  it('that uses an id again for other content is quarantined, and the first message stays as it is', async () => {
    const messageId = await system.requestEmail();
    await system.reaches('email', messageId, 'delivered');
    await system.requestEmail({ messageId, subject: 'Something else' });
    const { headers } = await quarantined((record) => record.value.includes(messageId));
    expect(headers['x-error-code']).toBe('MSG_ID_CONFLICT');
    expect(await system.timeline('email', messageId)).toMatchObject({ status: 'delivered' });
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 1 });
  });

  it('that asks for a time 400 days ahead is rejected by the rule; one in the past goes at once', async () => {
    const far = `e2e-${randomUUID()}`;
    await system.requestEmail({ messageId: far, sendAt: new Date(Date.now() + 400 * 86_400_000).toISOString() });
    expect(JSON.stringify(await system.reaches('email', far, 'rejected'))).toMatch(
      /must be at most 30 days ahead.*sendAt/,
    );
    await system.reaches('email', await system.requestEmail({ sendAt: '2020-01-01T00:00:00Z' }), 'delivered');
  });

  it.each([
    [
      'email',
      'messaging.email.requested',
      { to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'x', correlationId: 'c\ud83d' },
      'correlationId',
      /well-formed Unicode/,
    ],
    [
      'sms',
      'messaging.sms.requested.bulk',
      { to: '+12025550123', body: 'x', tags: ['spring', '\ude00'] },
      'tags[1]',
      /well-formed Unicode/,
    ],
    [
      'sms',
      'messaging.sms.requested',
      { to: '+12025550123', body: 'x', metadata: { order: 'a\0b' } },
      'metadata.order',
      /NUL/,
    ],
    [
      'email',
      'messaging.email.requested.urgent',
      { to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'x', send_at: '2030-01-01T00:00:00Z' },
      'send_at',
      /is sendAt meant/,
    ],
  ] as const)(
    'that nothing could store, or that asks for what is not, is reported as rejected with its field: %s on %s',
    async (channel, topic, wrong, field, rule) => {
      const messageId = `e2e-${randomUUID()}`;
      await system.produce(topic, { value: { messageId, ...wrong } });
      const { timeline, final } = await system.reaches(channel, messageId, 'rejected');
      expect(final).toBe(true);
      expect(timeline.at(-1)?.failure).toMatchObject({ fields: [{ field, rule: expect.stringMatching(rule) }] });
      expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 0 });
    },
  );

  it('in Latin-1 is reported as rejected for that', async () => {
    const messageId = `e2e-${randomUUID()}`;
    await system.produce('messaging.sms.requested', {
      value: Buffer.from(JSON.stringify({ messageId, to: '+12025550123', body: 'Grüße' }), 'latin1'),
    });
    expect(JSON.stringify(await system.reaches('sms', messageId, 'rejected'))).toMatch(
      /byte \d+ \(counted from 0\) is not UTF-8/,
    );
  });

  it('in a fact of an older producer costs that field alone', async () => {
    const messageId = await system.requestEmail();
    await system.reaches('email', messageId, 'delivered');
    const fact = {
      eventId: randomUUID(),
      messageId,
      tenant: 'default',
      channel: 'email',
      status: 'opened',
      final: false,
      at: new Date().toISOString(),
      source: 'receipt',
      hop: 1,
      correlationId: 'c\ud83d',
      tags: 'spring',
    };
    await system.produce('messaging.status.changed', { key: messageId, value: fact });
    const opened = await eventually(
      async () => (await system.timeline('email', messageId))?.timeline.find(({ status }) => status === 'opened'),
      { what: 'the fact in the timeline' },
    );
    expect(opened).toMatchObject({ lacks: expect.arrayContaining(['correlationId', 'tags']) });
  });

  it('of nulls is as if they were not there', async () => {
    const messageId = `e2e-${randomUUID()}`;
    await system.produce('messaging.sms.requested', {
      value: { messageId, to: '+12025550123', body: 'x', mediaUrls: null, sendAt: null, tenant: null },
    });
    await system.reaches('sms', messageId, 'delivered');
  });

  it.each([
    ['understood where it names the kind', { channel: 'whatsapp' }],
    ['set aside where it names no channel, and the error names both', {}],
  ])('to cancel is %s', async (_, channel) => {
    const messageId = await system.requestSms({ sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    await system.reaches('sms', messageId, 'scheduled');
    await system.produce('messaging.cancel.requested', { key: messageId, value: { messageId, ...channel } });
    if ('channel' in channel) return void (await system.reaches('sms', messageId, 'cancelled'));
    const { headers } = await quarantined((record) => record.value.includes(messageId));
    expect(headers['x-error']).toMatch(/channel must be email or sms/);
    expect(headers['x-origin-topic']).toBe('messaging.cancel.requested');
  });

  it('whose time lies in the year 10000 is rejected by the rule, and so is one wanted until then', async () => {
    const [sms, email] = [`e2e-${randomUUID()}`, `e2e-${randomUUID()}`];
    await system.requestSms({
      messageId: sms,
      sendAt: new Date(Date.now() + 3_600_000).toISOString(),
      expiresAt: '9999-12-31T23:59:59-14:00',
    });
    await system.requestEmail({ messageId: email, expiresAt: '9999-12-31T23:59:59Z' });
    expect(refusalOf(await system.reaches('sms', sms, 'rejected'))).toEqual(
      broken('expiresAt', /must lie in the years 0001 to 9999/),
    );
    expect(refusalOf(await system.reaches('email', email, 'rejected'))).toEqual(
      broken('expiresAt', /must be at most 14 days after the request/),
    );
  });

  it('with 3,000 levels of nesting in a field nobody knows is rejected by the rule, on either channel', async () => {
    const [sms, email] = [`e2e-${randomUUID()}`, `e2e-${randomUUID()}`];
    const deep = (request: object) =>
      JSON.stringify({ ...request, extra: 0 }).replace(
        '"extra":0',
        `"extra":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
      );
    await system.produce('messaging.sms.requested', {
      value: deep({ messageId: sms, to: '+12025550123', body: 'Deep' }),
    });
    await system.produce('messaging.email.requested', {
      value: deep({ messageId: email, to: [{ email: 'ada@inbox.test' }], subject: 'Deep', text: 'Deep' }),
    });
    for (const timeline of [
      await system.reaches('sms', sms, 'rejected'),
      await system.reaches('email', email, 'rejected'),
    ]) {
      expect(refusalOf(timeline)).toEqual(broken(/^extra/, /must have at most 64 levels/));
    }
  });

  it('that grows too large to be handed over ends failed, with a dead letter that says what it lacks', async () => {
    const letters = await system.follow('dead-letters');
    const messageId = `e2e-${randomUUID()}`;
    const request = {
      messageId,
      to: '+12025550123',
      body: 'Grows',
      sendAt: new Date(Date.now() + 3_600_000).toISOString(),
      numbers: [],
    };
    // 5 bytes each as they come, 22 as they are written: the hand-over is larger than its topic takes.
    await system.produce('messaging.sms.requested', {
      value: JSON.stringify(request).replace('"numbers":[]', `"numbers":[${'1e20,'.repeat(150_000)}1]`),
    });
    const timeline = await system.reaches('sms', messageId, 'failed', 40_000);
    expect(timeline.final).toBe(true);
    expect(timeline.timeline.at(-1)?.failure).toMatchObject({
      code: 'MSG_RECORD_REFUSED',
      help: 'docs/errors/platform.md#msg_record_refused',
    });
    const letter = await eventually(() => letters.find(({ key }) => key === messageId), { what: 'the dead letter' });
    expect(JSON.parse(letter.value)).toMatchObject({
      reason: 'failed',
      lacks: ['request', 'attempts'],
      failure: { code: 'MSG_RECORD_REFUSED', remedy: expect.stringContaining('smaller') },
    });
    await quarantined((record) => record.value.includes(messageId));
    await system.reaches('sms', await system.requestSms(), 'delivered');
  }, 60_000);

  it('without a value, or with a binary key, is no trouble either', async () => {
    await system.produce('messaging.email.requested', { key: '\u0000\u00ff', value: null });
    await system.reaches('email', await system.requestEmail(), 'delivered');
  });
});

describe('a forged webhook', () => {
  const system = new System();
  afterAll(() => system.close());

  const about = (messageId: string) => [
    {
      event: 'bounce',
      type: 'bounce',
      email: 'ada@inbox.test',
      timestamp: Math.floor(Date.now() / 1000),
      sg_message_id: 'x',
      mi_message_id: messageId,
      mi_tenant: 'default',
      mi_hop: '1',
    },
  ];

  it('gets 403 and changes nothing', async () => {
    const [email, sms] = [await system.requestEmail(), await system.requestSms()];
    await system.reaches('email', email, 'delivered');
    await system.reaches('sms', sms, 'delivered');
    const sendgrid = await fetch(`${system.url('email')}/webhooks/sendgrid`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-twilio-email-event-webhook-signature': Buffer.alloc(70, 1).toString('base64'),
        'x-twilio-email-event-webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      },
      body: JSON.stringify(about(email)),
    });
    const twilio = await fetch(
      `${system.url('sms')}/webhooks/twilio/status?mi_message_id=${sms}&mi_tenant=default&mi_hop=1`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'AAAA' },
        body: new URLSearchParams({ MessageSid: 'SM1', MessageStatus: 'undelivered' }).toString(),
      },
    );
    const unsigned = await fetch(`${system.url('email')}/webhooks/sendgrid`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[]',
    });
    expect([sendgrid.status, twilio.status, unsigned.status]).toEqual([403, 403, 403]);
    expect(await sendgrid.json()).toMatchObject({ code: 'MSG_BAD_SIGNATURE', remedy: expect.any(String) });
    await system.reaches('email', await system.requestEmail(), 'delivered');
    expect(await system.timeline('email', email)).toMatchObject({ status: 'delivered' });
    expect(await system.timeline('sms', sms)).toMatchObject({ status: 'delivered' });
  });
});

/** The fields that a rejection names, each with the rule it broke. */
const refusalOf = ({ timeline }: Awaited<ReturnType<System['reaches']>>) => timeline.at(-1)?.failure?.fields;

const broken = (field: string | RegExp, rule: RegExp) => [
  { field: expect.stringMatching(field), rule: expect.stringMatching(rule) },
];
