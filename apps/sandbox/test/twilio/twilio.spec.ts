import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import type { Sandbox } from '../../src/sandbox.ts';
import { aReceiver, until, type Receiver } from '../receiver.ts';
import { accountSid, authToken, listed, running, twilioOf, withFaults } from '../running.ts';

let receiver: Receiver;
let sandbox: Sandbox;

beforeAll(async () => {
  receiver = await aReceiver();
  sandbox = await running({ SANDBOX_TWILIO_INBOUND_URL: `${receiver.url}/inbound?from=twilio` });
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
/** The callbacks of one message: those of the previous test may still arrive. */
const posts = (sid: string) => receiver.received.filter(({ body }) => body.includes(sid));
const forms = (sid: string) => posts(sid).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
const untilStatuses = (sid: string, ...names: string[]) =>
  until(
    () =>
      forms(sid)
        .map(({ MessageStatus }) => MessageStatus)
        .join() === names.join() && forms(sid),
  );

const answers = async (reply: Record<string, unknown>) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${sandbox.url}/_sandbox/inbound`, {
    method: 'POST',
    headers,
    body: JSON.stringify(reply),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { providerMessageId: string; webhook: unknown; errors?: unknown },
  };
};

describe('the official client', () => {
  it('gets the whole resource', async () => {
    const message = await twilioOf(sandbox).messages.create(aText());
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(message).toMatchObject({
      status: 'queued',
      numSegments: '1',
      numMedia: '0',
      errorCode: null,
      from: '+15005550006',
    });
    expect(message.dateCreated).toBeInstanceOf(Date);
  });

  it('gets the code of a refusal', async () => {
    await expect(twilioOf(sandbox).messages.create(aText({ to: '+15005550004' }))).rejects.toMatchObject({
      status: 400,
      code: 21610,
    });
    await expect(twilioOf(sandbox).messages.create(aText({ body: undefined }))).rejects.toMatchObject({
      status: 400,
      code: 21602,
    });
  });

  it('is refused with a wrong token, and finds no other account', async () => {
    await expect(twilioOf(sandbox, 'wrong').messages.create(aText())).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
    const other = twilioOf(sandbox).api.v2010.accounts(`AC${'b'.repeat(32)}`);
    await expect(other.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await twilioOf(sandbox).api.v2010.accounts(accountSid).fetch()).toMatchObject({
      status: 'active',
      type: 'Full',
    });
  });

  it('sends by a Messaging Service, which chooses the sender later', async () => {
    const parts = { from: undefined, messagingServiceSid: `MG${'0'.repeat(32)}` };
    const message = await twilioOf(sandbox).messages.create(aText(parts));
    expect(message).toMatchObject({ status: 'accepted', from: null, numSegments: '0' });
    await untilStatuses(message.sid, 'queued', 'sent', 'delivered');
    expect(await twilioOf(sandbox).messages(message.sid).fetch()).toMatchObject({
      status: 'delivered',
      from: '+15005550006',
    });
  });

  it('has a Sid with MM for a text with media', async () => {
    const message = await twilioOf(sandbox).messages.create(
      aText({ mediaUrl: ['https://example.org/a.png', 'https://example.org/b.png'] }),
    );
    expect(message).toMatchObject({ numMedia: '2', sid: expect.stringMatching(/^MM/) });
  });

  it('lists by recipient, newest first, over several pages', async () => {
    for (const body of ['one', 'two', 'three'])
      await twilioOf(sandbox).messages.create(aText({ body, to: '+12025550177' }));
    await twilioOf(sandbox).messages.create(aText());
    const found = await twilioOf(sandbox).messages.list({ to: '+12025550177', pageSize: 2 });
    expect(found.map(({ body }) => body)).toEqual(['three', 'two', 'one']);
  });
});

describe('status callbacks', () => {
  it('are signed over the URL with its query, without the fragment', async () => {
    const url = `${receiver.url}/twilio?${token}`;
    const { sid } = await twilioOf(sandbox).messages.create(aText({ statusCallback: `${url}#rc=2&rp=ct,rt,5xx` }));
    const [sent] = await untilStatuses(sid, 'sent', 'delivered');
    expect(sent).toMatchObject({
      AccountSid: accountSid,
      To: '+12025550123',
      From: '+15005550006',
      ApiVersion: '2010-04-01',
    });
    for (const { headers, body, url: path } of posts(sid)) {
      const signature = String(headers['x-twilio-signature']);
      const params = Object.fromEntries(new URLSearchParams(body));
      expect(path).toBe(`/twilio?${token}`);
      expect(twilio.validateRequest(authToken, signature, url, params)).toBe(true);
      expect(twilio.validateRequest('other', signature, url, params)).toBe(false);
    }
  });

  it('are lost by default when the webhook responds with 503', async () => {
    receiver.failOnce.push('/lost');
    const { sid } = await twilioOf(sandbox).messages.create(
      aText({ to: '+15005550034', statusCallback: `${receiver.url}/lost` }),
    );
    await until(async () => (await listed(sandbox)).messages[0]?.events[0]?.webhook === 'failed');
    expect(posts(sid)).toHaveLength(1);
  });

  it('are repeated after a 503 when the URL asks for it', async () => {
    receiver.failOnce.push('/again');
    const parts = { to: '+15005550034', statusCallback: `${receiver.url}/again#rc=2&rp=5xx` };
    const { sid } = await twilioOf(sandbox).messages.create(aText(parts));
    const [first, second] = await untilStatuses(sid, 'failed', 'failed');
    expect(second).toEqual(first);
    expect(first).toMatchObject({ ErrorCode: '30008' });
  });

  it('on WhatsApp are sent until the message is read', async () => {
    await answers({ channel: 'whatsapp', from: '+12025550123', to: '+14155238886', body: 'Hi' });
    const { sid } = await twilioOf(sandbox).messages.create(
      aText({ to: 'whatsapp:+12025550123', from: 'whatsapp:+14155238886' }),
    );
    await untilStatuses(sid, 'sent', 'delivered', 'read');
  });

  it('are not sent where no URL was given', async () => {
    await twilioOf(sandbox).messages.create(aText({ statusCallback: undefined }));
    await until(
      async () => (await listed(sandbox)).messages[0]?.events.map(({ webhook }) => webhook).join() === 'none,none',
    );
  });
});

describe('a person who replies', () => {
  const person = '+12025550188';
  const inbound = (sid: string) =>
    until(() => receiver.received.find(({ url, body }) => url.startsWith('/inbound') && body.includes(sid)));

  it('is reported by a signed form', async () => {
    const { status, body } = await answers({ from: person, to: '+15005550006', body: 'Thanks', advancedOptOut: true });
    expect([status, body.webhook]).toEqual([200, { status: 204 }]);
    const post = await inbound(body.providerMessageId);
    const form = Object.fromEntries(new URLSearchParams(post.body));
    expect(form).toMatchObject({ From: person, To: '+15005550006', Body: 'Thanks', NumMedia: '0' });
    expect(form).not.toHaveProperty('OptOutType');
    expect(
      twilio.validateRequest(authToken, String(post.headers['x-twilio-signature']), receiver.url + post.url, form),
    ).toBe(true);
  });

  it('is reported by JSON whose digest is in the signed URL', async () => {
    const { body } = await answers({
      from: person,
      to: '+15005550006',
      body: 'HELP',
      advancedOptOut: true,
      as: 'json',
    });
    const post = await inbound(body.providerMessageId);
    expect(
      twilio.validateRequestWithBody(
        authToken,
        String(post.headers['x-twilio-signature']),
        receiver.url + post.url,
        post.body,
      ),
    ).toBe(true);
    expect(JSON.parse(post.body)).toMatchObject({ OptOutType: 'HELP' });
  });

  it('gets no texts from a number after STOP, and gets them again after START', async () => {
    const send = () => twilioOf(sandbox).messages.create(aText({ to: person }));
    await answers({ from: person, to: '+15005550006', body: ' stop ' });
    await expect(send()).rejects.toMatchObject({ code: 21610 });
    await expect(twilioOf(sandbox).messages.create(aText({ to: person, from: '+15005550099' }))).resolves.toMatchObject(
      { status: 'queued' },
    );
    await answers({ from: person, to: '+15005550006', body: 'START' });
    await expect(send()).resolves.toMatchObject({ status: 'queued' });
  });

  it('who never wrote gets no free-form WhatsApp text', async () => {
    const { sid } = await twilioOf(sandbox).messages.create(
      aText({ to: 'whatsapp:+12025550166', from: 'whatsapp:+14155238886' }),
    );
    const [failed] = await untilStatuses(sid, 'failed');
    expect(failed).toMatchObject({ ErrorCode: '63016' });
  });

  it.each([{ from: 'me' }, { from: person, to: '+15005550006', colour: 'blue' }])(
    'is not simulated for %j',
    async (reply) => {
      expect((await answers(reply)).status).toBe(400);
    },
  );
});

describe('content templates', () => {
  const client = () => {
    const twilioClient = twilioOf(sandbox);
    twilioClient.content.baseUrl = sandbox.url;
    return twilioClient;
  };
  const whatsapp = { to: 'whatsapp:+12025550123', from: 'whatsapp:+14155238886', body: undefined };

  it('are rendered and reach people outside the window', async () => {
    const template = await client().content.v1.contents.create({
      friendly_name: 'order',
      language: 'en',
      variables: { 2: 'soon' },
      types: { 'twilio/text': { body: 'Order {{1}} comes {{2}}' } },
    } as never);
    expect(template).toMatchObject({ sid: expect.stringMatching(/^HX[0-9a-f]{32}$/), friendlyName: 'order' });
    const sent = await client().messages.create(
      aText({ ...whatsapp, contentSid: template.sid, contentVariables: '{"1":"17"}' }),
    );
    expect(sent.body).toBe('Order 17 comes soon');
    await untilStatuses(sent.sid, 'sent', 'delivered', 'read');
    const short = await client().messages.create(aText({ ...whatsapp, contentSid: template.sid }));
    expect((await untilStatuses(short.sid, 'failed'))[0]).toMatchObject({ ErrorCode: '63028' });
  });

  it('must exist', async () => {
    await expect(
      client().messages.create(aText({ ...whatsapp, contentSid: `HX${'0'.repeat(32)}` })),
    ).rejects.toMatchObject({ code: 21655 });
  });
});

it('drops a text whose validity period ends while it waits', async () => {
  const slow = await running({ SANDBOX_WEBHOOK_DELAY_MS: '1500' });
  try {
    const { sid } = await twilioOf(slow).messages.create(aText({ validityPeriod: 1 }));
    expect((await untilStatuses(sid, 'failed'))[0]).toMatchObject({ ErrorCode: '30036' });
  } finally {
    await slow.close();
  }
});

it('shows our ids in the inbox', async () => {
  const message = await twilioOf(sandbox).messages.create(aText());
  const { total, messages } = await listed(sandbox, '?reference=order-1');
  expect(total).toBe(1);
  expect(messages[0]).toMatchObject({
    provider: 'twilio',
    reference: 'order-1',
    callId: 'call-1',
    providerMessageId: message.sid,
  });
});

it('refuses requests above the account’s limit of concurrency, and returns the number in flight', async () => {
  const narrow = await running({ SANDBOX_TWILIO_CONCURRENCY: '1' });
  await withFaults(narrow, { twilio: { latencyMs: 200, times: 1 } });
  const send = () => twilioOf(narrow).messages.create({ to: '+12025550123', from: '+15005550006', body: 'Hi' });
  const first = send();
  await until(async () => (await listed(narrow)).total === 1);
  await expect(send()).rejects.toMatchObject({ status: 429, code: 20429 });
  await first;
  await expect(send()).resolves.toMatchObject({ status: 'queued' });
  await narrow.close();
});
