import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventWebhook } from '@sendgrid/eventwebhook';
import type { Sandbox } from '../../src/sandbox.ts';
import { aReceiver, until, type Received, type Receiver } from '../receiver.ts';
import { aMailTo, apiKey, listed, publicKey, running, sendGridOf, type Sent } from '../running.ts';

interface MailEvent {
  event: string;
  email: string;
  sg_event_id: string;
  sg_message_id: string;
  mi_message_id: string;
}

let receiver: Receiver;
let sandbox: Sandbox;

beforeAll(async () => {
  receiver = await aReceiver();
  sandbox = await running({ SANDBOX_SENDGRID_WEBHOOK_URL: `${receiver.url}/sendgrid` });
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});
beforeEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
});

const eventsOf = (posts: Received[]) => posts.flatMap(({ body }) => JSON.parse(body) as MailEvent[]);
/** The events of one send: those of the previous test may still arrive. */
const untilEvents = ([answer]: Sent, ...names: string[]) =>
  until(() => {
    const id = String(answer.headers['x-message-id']);
    const events = eventsOf(receiver.received).filter(({ sg_message_id }) => sg_message_id.startsWith(`${id}.`));
    return events.map(({ event }) => event).join() === names.join() && events;
  });

function get(path: string, key = apiKey): Promise<Response> {
  return fetch(`${sandbox.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
}

describe('the official client', () => {
  it('gets a 202 with an empty body and the id in a header', async () => {
    const [answer, body] = await sendGridOf(sandbox).send(aMailTo('ada@example.org'));
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['x-message-id']).toMatch(/^[\w-]{22}$/);
    expect(body).toBe('');
  });

  it('gets an error with a wrong key', async () => {
    await expect(sendGridOf(sandbox, 'SG.wrong').send(aMailTo('ada@example.org'))).rejects.toMatchObject({
      code: 401,
      response: {
        body: {
          errors: [{ message: 'The provided authorization grant is invalid, expired, or revoked', field: null }],
        },
      },
    });
  });

  it('gets the name of an invalid field', async () => {
    const twice = aMailTo('ada@example.org', 'order-1', { cc: 'ada@example.org' });
    await expect(sendGridOf(sandbox).send(twice)).rejects.toMatchObject({
      code: 400,
      response: { body: { errors: [{ field: 'personalizations.0' }] } },
    });
  });

  it('sends nothing in the sandbox mode of SendGrid itself', async () => {
    const [answer] = await sendGridOf(sandbox).send(
      aMailTo('ada@example.org', 'dry', { mailSettings: { sandboxMode: { enable: true } } }),
    );
    expect(answer.statusCode).toBe(200);
    expect((await listed(sandbox)).total).toBe(0);
  });

  it('sends to several people at once, with one message for each', async () => {
    await sendGridOf(sandbox).sendMultiple({ ...aMailTo('x@example.org'), to: ['a@example.org', 'b@example.org'] });
    const { total, messages } = await listed(sandbox, '?reference=order-1');
    expect([total, new Set(messages.map(({ providerMessageId }) => providerMessageId)).size]).toEqual([2, 1]);
  });
});

describe('events', () => {
  it('are signed in the way that the official helper verifies, with our arguments', async () => {
    const sent = await sendGridOf(sandbox).send(aMailTo('ada@example.org', 'order-7', { categories: ['orders'] }));
    const events = await untilEvents(sent, 'processed', 'delivered');
    for (const { headers, body } of receiver.received) {
      const helper = new EventWebhook();
      const key = helper.convertPublicKeyToECDSA(publicKey);
      const signature = String(headers['x-twilio-email-event-webhook-signature']);
      const timestamp = String(headers['x-twilio-email-event-webhook-timestamp']);
      expect(helper.verifySignature(key, body, signature, timestamp)).toBe(true);
      expect(helper.verifySignature(key, JSON.stringify(JSON.parse(body)), signature, timestamp)).toBe(false);
    }
    expect(events[1]).toMatchObject({
      email: 'ada@example.org',
      category: 'orders',
      mi_message_id: 'order-7',
      mi_call_id: 'call-of-order-7',
    });
  });

  it('are repeated with the same id until they are accepted', async () => {
    receiver.failOnce.push('order-again');
    const sent = await sendGridOf(sandbox).send(aMailTo('dropped@example.org', 'order-again'));
    const [first, second] = await untilEvents(sent, 'dropped', 'dropped');
    expect(second?.sg_event_id).toBe(first?.sg_event_id);
    await until(async () => (await listed(sandbox)).messages[0]?.events[0]?.webhook === 'acknowledged');
  });

  it('of the same moment share a request', async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        sendGridOf(sandbox).send(aMailTo(`p${index}@example.org`, `batched-${index}`)),
      ),
    );
    const own = () => receiver.received.filter(({ body }) => body.includes('batched-'));
    await until(
      () => eventsOf(own()).filter(({ mi_message_id }) => mi_message_id.startsWith('batched-')).length === 100,
    );
    expect(own().length).toBeLessThan(50);
  });

  it('depend on the magic recipient', async () => {
    const sent = await sendGridOf(sandbox).send(aMailTo('late-bounce+7@example.org'));
    await untilEvents(sent, 'processed', 'delivered', 'bounce');
    expect((await listed(sandbox)).messages[0]?.status).toBe('bounce');
  });
});

describe('look-ups', () => {
  it('return the scopes of a valid key only', async () => {
    expect(await (await get('/v3/scopes')).json()).toMatchObject({ scopes: expect.arrayContaining(['mail.send']) });
    expect((await get('/v3/scopes', 'SG.wrong')).status).toBe(401);
  });

  it.each([
    ['a custom argument', () => `unique_args['mi_call_id']="call-of-wanted"`],
    ['the recipient', () => 'to_email="wanted@example.org"'],
    ['the beginning of its id', (id: string) => `msg_id LIKE "${id}%"`],
    ['several at once', () => `from_email="shop@example.org" AND unique_args['mi_message_id']="wanted"`],
  ])('find a mail by %s', async (_, query) => {
    await sendGridOf(sandbox).send(aMailTo('other@example.org', 'other'));
    const [answer] = await sendGridOf(sandbox).send(aMailTo('wanted@example.org', 'wanted'));
    const id = String(answer.headers['x-message-id']);
    const found = await get(`/v3/messages?query=${encodeURIComponent(query(id))}`);
    const { messages } = (await found.json()) as { messages: { to_email: string }[] };
    expect(messages.map(({ to_email }) => to_email)).toEqual(['wanted@example.org']);
  });

  it('refuse an invalid query', async () => {
    expect((await get('/v3/messages?query=nonsense')).status).toBe(400);
  });
});

it('answers more than 30 MB with a 413 that is not JSON', async () => {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${sandbox.url}/v3/mail/send`, {
    method: 'POST',
    headers,
    body: 'x'.repeat(31 * 1024 * 1024),
  });
  expect(answer.status).toBe(413);
  expect(await answer.text()).toContain('<html>');
});
