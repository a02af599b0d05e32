import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import type { Sandbox } from '../src/sandbox.ts';
import { aReceiver, until, type Receiver } from './receiver.ts';
import { accountSid, authToken, listed, running, twilioOf } from './running.ts';

let receiver: Receiver;
let sandbox: Sandbox;

beforeAll(async () => {
  receiver = await aReceiver();
  sandbox = await running();
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});
beforeEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
});

const token = 'mi_message_id=order-1&mi_call_id=call-1';
const aText = (parts: Record<string, unknown> = {}) => ({
  to: '+12025550123',
  from: '+15005550006',
  body: 'Hello',
  statusCallback: `${receiver.url}/twilio?${token}`,
  ...parts,
});
/** The callbacks of one message: those of a test before may still be on their way. */
const posts = (sid: string) => receiver.received.filter(({ body }) => body.includes(sid));
const forms = (sid: string) => posts(sid).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
const untilStatuses = (sid: string, ...names: string[]) =>
  until(() => forms(sid).map(({ MessageStatus }) => MessageStatus).join() === names.join() && forms(sid));

describe('the official client', () => {
  it('is given the whole resource', async () => {
    const message = await twilioOf(sandbox).messages.create(aText());
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(message).toMatchObject({ status: 'queued', numSegments: '1', numMedia: '0', errorCode: null, from: '+15005550006' });
    expect(message.dateCreated).toBeInstanceOf(Date);
  });

  it('learns the code of a refusal', async () => {
    await expect(twilioOf(sandbox).messages.create(aText({ to: '+15005550004' }))).rejects.toMatchObject({ status: 400, code: 21610 });
    await expect(twilioOf(sandbox).messages.create(aText({ body: undefined }))).rejects.toMatchObject({ status: 400, code: 21602 });
  });

  it('is refused with a wrong token, and finds no other account', async () => {
    await expect(twilioOf(sandbox, 'wrong').messages.create(aText())).rejects.toMatchObject({ status: 401, code: 20003 });
    const other = twilioOf(sandbox).api.v2010.accounts(`AC${'b'.repeat(32)}`);
    await expect(other.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await twilioOf(sandbox).api.v2010.accounts(accountSid).fetch()).toMatchObject({ status: 'active', type: 'Full' });
  });

  it('sends by a Messaging Service, which chooses the sender later', async () => {
    const parts = { from: undefined, messagingServiceSid: `MG${'0'.repeat(32)}` };
    const message = await twilioOf(sandbox).messages.create(aText(parts));
    expect(message).toMatchObject({ status: 'accepted', from: null, numSegments: '0' });
    await untilStatuses(message.sid, 'queued', 'sent', 'delivered');
    expect(await twilioOf(sandbox).messages(message.sid).fetch()).toMatchObject({ status: 'delivered', from: '+15005550006' });
  });

  it('names a text with media MM', async () => {
    const message = await twilioOf(sandbox).messages.create(aText({ mediaUrl: ['https://example.org/a.png', 'https://example.org/b.png'] }));
    expect(message).toMatchObject({ numMedia: '2', sid: expect.stringMatching(/^MM/) });
  });

  it('lists by recipient, newest first, over several pages', async () => {
    for (const body of ['one', 'two', 'three']) await twilioOf(sandbox).messages.create(aText({ body, to: '+12025550177' }));
    await twilioOf(sandbox).messages.create(aText());
    const found = await twilioOf(sandbox).messages.list({ to: '+12025550177', pageSize: 2 });
    expect(found.map(({ body }) => body)).toEqual(['three', 'two', 'one']);
  });
});

describe('status callbacks', () => {
  it('come signed over the URL with its query, and carry no fragment', async () => {
    const url = `${receiver.url}/twilio?${token}`;
    const { sid } = await twilioOf(sandbox).messages.create(aText({ statusCallback: `${url}#rc=2&rp=ct,rt,5xx` }));
    const [sent] = await untilStatuses(sid, 'sent', 'delivered');
    expect(sent).toMatchObject({ AccountSid: accountSid, To: '+12025550123', From: '+15005550006', ApiVersion: '2010-04-01' });
    for (const { headers, body, url: path } of posts(sid)) {
      const signature = String(headers['x-twilio-signature']);
      const params = Object.fromEntries(new URLSearchParams(body));
      expect(path).toBe(`/twilio?${token}`);
      expect(twilio.validateRequest(authToken, signature, url, params)).toBe(true);
      expect(twilio.validateRequest('other', signature, url, params)).toBe(false);
    }
  });

  it('are lost by default when the reader answers 503', async () => {
    receiver.failOnce.push('/lost');
    const { sid } = await twilioOf(sandbox).messages.create(aText({ to: '+15005550034', statusCallback: `${receiver.url}/lost` }));
    await until(async () => (await listed(sandbox)).messages[0]?.events[0]?.webhook === 'failed');
    expect(posts(sid)).toHaveLength(1);
  });

  it('come again after a 503 when the URL asks for it', async () => {
    receiver.failOnce.push('/again');
    const parts = { to: '+15005550034', statusCallback: `${receiver.url}/again#rc=2&rp=5xx` };
    const { sid } = await twilioOf(sandbox).messages.create(aText(parts));
    const [first, second] = await untilStatuses(sid, 'failed', 'failed');
    expect(second).toEqual(first);
    expect(first).toMatchObject({ ErrorCode: '30008' });
  });

  it('come for WhatsApp until the message is read', async () => {
    const { sid } = await twilioOf(sandbox).messages.create(aText({ to: 'whatsapp:+12025550123', from: 'whatsapp:+14155238886' }));
    await untilStatuses(sid, 'sent', 'delivered', 'read');
  });

  it('are not missed where no address was given', async () => {
    await twilioOf(sandbox).messages.create(aText({ statusCallback: undefined }));
    await until(async () => (await listed(sandbox)).messages[0]?.events.map(({ webhook }) => webhook).join() === 'none,none');
  });
});

it('shows what carried our ids', async () => {
  const message = await twilioOf(sandbox).messages.create(aText());
  const { total, messages } = await listed(sandbox, '?reference=order-1');
  expect(total).toBe(1);
  expect(messages[0]).toMatchObject({ provider: 'twilio', reference: 'order-1', callId: 'call-1', providerMessageId: message.sid });
});
