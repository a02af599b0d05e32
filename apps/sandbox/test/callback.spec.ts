import { createHmac, createVerify } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';
import type { Sandbox } from '../src/sandbox.ts';
import { aReceiver, type Received, type Receiver, until } from './receiver.ts';
import { aMailTo, authToken, listed, publicKey, running, sendGridOf, twilioOf } from './running.ts';

const resendSecret = `whsec_${Buffer.from('a secret of the test').toString('base64')}`;
let receiver: Receiver;
let sandbox: Sandbox;

beforeAll(async () => {
  receiver = await aReceiver();
  sandbox = await running({
    SANDBOX_SENDGRID_WEBHOOK_URL: `${receiver.url}/sendgrid`,
    SANDBOX_RESEND_API_KEY: 're_test',
    SANDBOX_RESEND_WEBHOOK_URL: `${receiver.url}/resend`,
    SANDBOX_RESEND_WEBHOOK_SECRET: resendSecret,
  });
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});
afterEach(() => fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' }));

interface Reported {
  status: number;
  body: { webhook?: unknown; errors?: { field: string }[] };
}
async function tell(body: object): Promise<Reported> {
  const answer = await fetch(`${sandbox.url}/_sandbox/callback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Reported['body'] };
}
/** Waits until all events of the message have been reported. */
const settled = (event: string) =>
  until(async () =>
    (await listed(sandbox)).messages.find(({ events }) =>
      events.some((one) => one.event === event && one.webhook === 'acknowledged'),
    ),
  );
const last = (): Received => receiver.received.at(-1)!;
const form = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));

describe('a status callback of Twilio', () => {
  const sent = async () =>
    (
      await twilioOf(sandbox).messages.create({
        to: '+12025550123',
        from: '+15005550006',
        body: 'Hi',
        statusCallback: `${receiver.url}/twilio?mi_hop=1`,
      })
    ).sid;

  it('is posted with given fields besides the usual ones, and is signed', async () => {
    const sid = await sent();
    await settled('delivered');
    expect(
      await tell({ id: sid, fields: { MessageStatus: 'teleported', ErrorCode: '30999', Surprise: 'yes' } }),
    ).toEqual({ status: 200, body: { webhook: { status: 204 } } });
    const callback = last();
    expect(form(callback)).toMatchObject({
      MessageSid: sid,
      To: '+12025550123',
      MessageStatus: 'teleported',
      ErrorCode: '30999',
      Surprise: 'yes',
    });
    const signed = Object.entries(form(callback))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .reduce((text, [name, value]) => text + name + value, `${receiver.url}/twilio?mi_hop=1`);
    expect(callback.headers['x-twilio-signature']).toBe(createHmac('sha1', authToken).update(signed).digest('base64'));
  });

  it('can lack usual fields, and does not change the message', async () => {
    const sid = await sent();
    await settled('delivered');
    await tell({ id: sid, fields: { MessageSid: 'SM-other' }, without: ['MessageStatus', 'SmsStatus'] });
    expect(form(last())).toMatchObject({ MessageSid: 'SM-other' });
    expect(form(last())).not.toHaveProperty('MessageStatus');
    expect((await listed(sandbox)).messages[0]).toMatchObject({ status: 'delivered' });
  });

  it('is refused where the message has no URL for it', async () => {
    const { sid } = await twilioOf(sandbox).messages.create({ to: '+12025550123', from: '+15005550006', body: 'Hi' });
    expect(await tell({ id: sid })).toEqual({ status: 200, body: { webhook: 'none' } });
  });
});

describe('an event of a mail', () => {
  it('of SendGrid is posted with given fields, under an id of its own, and is signed', async () => {
    await sendGridOf(sandbox).send(aMailTo('ada@example.org', 'order-1'));
    const message = await settled('delivered');
    const id = (message as unknown as { recipientMessageId: string }).recipientMessageId;
    expect(
      await tell({ id, fields: { event: 'soared', timestamp: '1700000000', extra: [1] }, without: ['smtp-id'] }),
    ).toEqual({ status: 200, body: { webhook: { status: 204 } } });
    const { body, headers } = last();
    const [event] = JSON.parse(body) as [Record<string, unknown>];
    expect(event).toMatchObject({
      email: 'ada@example.org',
      mi_message_id: 'order-1',
      event: 'soared',
      timestamp: '1700000000',
      extra: [1],
    });
    expect(event).not.toHaveProperty('smtp-id');
    const accepted = createVerify('sha256').update(String(headers['x-twilio-email-event-webhook-timestamp']) + body);
    const key = { key: Buffer.from(publicKey, 'base64'), format: 'der' as const, type: 'spki' as const };
    expect(accepted.verify(key, String(headers['x-twilio-email-event-webhook-signature']), 'base64')).toBe(true);
  });

  it('of Resend is posted with given fields, inside its data too, and is signed', async () => {
    await new Resend('re_test', { baseUrl: sandbox.url }).emails.send({
      from: 'shop@messaging.test',
      to: 'ada@inbox.test',
      subject: 'Hi',
      text: 'Hi',
    });
    const { providerMessageId } = await settled('delivered');
    await tell({
      id: providerMessageId,
      fields: { type: 'email.soared', data: { tags: null } },
      without: ['data.subject'],
    });
    const { body, headers } = last();
    const event = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    expect(event).toMatchObject({
      type: 'email.soared',
      data: { email_id: providerMessageId, to: ['ada@inbox.test'], tags: null },
    });
    expect(event.data).not.toHaveProperty('subject');
    const key = Buffer.from(resendSecret.replace('whsec_', ''), 'base64');
    expect(headers['svix-signature']).toBe(
      `v1,${createHmac('sha256', key)
        .update(`${String(headers['svix-id'])}.${String(headers['svix-timestamp'])}.${body}`)
        .digest('base64')}`,
    );
  });

  it.each([
    [{ id: 'nobody', fields: {} }, 404, 'id'],
    [{ fields: {} }, 400, 'id'],
    [{ id: 'x', fields: [] }, 400, 'fields'],
    [{ id: 'x', feilds: {} }, 400, 'feilds'],
  ])('is not posted for %j', async (body, status, field) => {
    const answer = await tell(body);
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([status, field]);
  });
});
