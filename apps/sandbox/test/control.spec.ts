import { globSync } from 'node:fs';
import { SourceTextModule } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../src/sandbox.ts';
import { aReceiver, until, type Receiver } from './receiver.ts';
import { aMailTo, listed, running, sendGridOf, twilioOf, withFaults } from './running.ts';

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
afterEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
  await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
});

let order = 0;
const send = (reference = `order-${(order += 1)}`) =>
  sendGridOf(sandbox).send(aMailTo('dropped@example.org', reference));
/** The webhooks of the last send: those of the previous test may still arrive. */
const posts = () => receiver.received.filter(({ body }) => body.includes(`"order-${order}"`));
/** Their events: those that are due in the same turn share a request. */
const reported = () =>
  posts().flatMap(
    ({ body }) =>
      JSON.parse(body) as { event: string; sg_event_id: string; sg_message_id: string; timestamp: number }[],
  );
const text = () => twilioOf(sandbox).messages.create({ to: '+12025550123', from: '+15005550006', body: 'Hi' });
const faults = async () => (await (await fetch(`${sandbox.url}/_sandbox/faults`)).json()) as Record<string, unknown>;

describe('messages in the control API', () => {
  it('are sorted newest first, and the total counts all of them', async () => {
    await send('one');
    await text();
    await send('three');
    const { total, messages } = await listed(sandbox, '?provider=sendgrid&limit=1');
    expect([total, messages.map(({ reference }) => reference)]).toEqual([2, ['three']]);
    const rest = await listed(sandbox, '?provider=sendgrid&limit=5&offset=1');
    expect([rest.total, rest.messages.map(({ reference }) => reference)]).toEqual([2, ['one']]);
  });

  it.each(['?limit=100001', '?limit=x', '?offset=-1', '?provider=mailgun', '?colour=red'])(
    'are not listed by %s',
    async (query) => {
      const answer = await fetch(`${sandbox.url}/_sandbox/messages${query}`);
      const { errors } = (await answer.json()) as { errors: { field: string }[] };
      expect([answer.status, errors[0]?.field]).toEqual([400, /^\?(\w+)/.exec(query)?.[1]]);
    },
  );
});

describe('faults', () => {
  it('return the status and text of the provider, as often as they are set to', async () => {
    await withFaults(sandbox, { sendgrid: { status: 429, times: 2, retryAfterSeconds: 7 } });
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(send()).rejects.toMatchObject({
        code: 429,
        response: { headers: { 'retry-after': '7' }, body: { errors: [{ message: 'too many requests' }] } },
      });
    }
    await expect(send()).resolves.toBeDefined();
    expect((await faults())['sendgrid']).toBeNull();
    expect((await listed(sandbox)).total).toBe(1);
  });

  it('can have a code of Twilio', async () => {
    await withFaults(sandbox, { twilio: { status: 400, twilioCode: 21611 } });
    await expect(text()).rejects.toMatchObject({ status: 400, code: 21611 });
  });

  it('can lose the response to a message that was accepted', async () => {
    await withFaults(sandbox, { sendgrid: { acceptThenDrop: true } });
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await until(() => posts().length === 1);
    expect((await listed(sandbox)).total).toBe(1);
  });

  it('can cut a response off', async () => {
    await withFaults(sandbox, { twilio: { cutAnswer: true } });
    await expect(text()).rejects.toBeDefined();
    expect((await listed(sandbox)).total).toBe(1);
  });

  it('can refuse before the body is read', async () => {
    await withFaults(sandbox, { twilio: { refuse: true } });
    await expect(text()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await listed(sandbox)).total).toBe(0);
  });

  it('delay a response that was made at once', async () => {
    await withFaults(sandbox, { sendgrid: { latencyMs: 300 } });
    const start = performance.now();
    const sending = send();
    await until(() => posts().length === 1);
    await sending;
    expect(performance.now() - start).toBeGreaterThanOrEqual(295);
  });

  it('do not apply to look-ups', async () => {
    await withFaults(sandbox, { sendgrid: { status: 503 } });
    const answer = await fetch(`${sandbox.url}/v3/scopes`, { headers: { authorization: 'Bearer SG.test' } });
    expect(answer.status).toBe(200);
  });

  it('can lose webhooks', async () => {
    await withFaults(sandbox, { sendgrid: { webhooks: 'drop' } });
    await send();
    await until(async () => (await listed(sandbox)).messages[0]?.events[0]?.webhook === 'failed');
    expect(posts()).toHaveLength(0);
  });

  it('can repeat webhooks', async () => {
    await withFaults(sandbox, { sendgrid: { webhooks: 'duplicate' } });
    await send();
    const [first, second] = await until(() => reported().length === 2 && reported());
    expect(second).toEqual(first);
  });

  it('can delay webhooks', async () => {
    await withFaults(sandbox, { sendgrid: { webhooks: 'delay', webhookDelayMs: 200 } });
    const start = performance.now();
    await send();
    await until(() => posts().length === 1);
    expect(performance.now() - start).toBeGreaterThanOrEqual(200);
  });

  it('can repeat each 46 times, under a new event id each time', async () => {
    await withFaults(sandbox, { sendgrid: { webhooks: 'duplicate', webhookCopies: 46, webhookNewIds: true } });
    await send();
    const events = await until(() => reported().length === 46 && reported());
    expect(new Set(events.map(({ sg_event_id }) => sg_event_id)).size).toBe(46);
    expect(new Set(events.map(({ sg_message_id, timestamp }) => `${sg_message_id} ${timestamp}`)).size).toBe(1);
  });

  it('can reverse the order of a message’s webhooks', async () => {
    await withFaults(sandbox, { sendgrid: { webhooks: 'reorder' } });
    await sendGridOf(sandbox).send(aMailTo('click@example.org', `order-${(order += 1)}`));
    const events = await until(() => reported().length === 4 && reported());
    expect(events.map(({ event }) => event)).toEqual(['click', 'open', 'delivered', 'processed']);
  });

  it('apply only to requests that match their pattern; of several, the first that matches is used', async () => {
    await withFaults(sandbox, {
      sendgrid: [
        { where: { to: '*@slow.test' }, status: 503 },
        { where: { path: '/v3/scopes' }, status: 429 },
      ],
    });
    await expect(sendGridOf(sandbox).send(aMailTo('Ada@Slow.test'))).rejects.toMatchObject({ code: 503 });
    await expect(send()).resolves.toBeDefined();
    expect((await fetch(`${sandbox.url}/v3/scopes`, { headers: { authorization: 'Bearer SG.test' } })).status).toBe(
      429,
    );
    expect((await faults())['sendgrid']).toHaveLength(2);
  });

  it('are not changed by an invalid request', async () => {
    await withFaults(sandbox, { twilio: { status: 503 } });
    const answer = await withFaults(sandbox, { sendgrid: { latency: 3 } });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { errors: [{ field: 'sendgrid.latency', message: 'there is no such field' }] },
    ]);
    expect(await faults()).toMatchObject({ sendgrid: null, twilio: { status: 503 } });
  });
});

describe('the page', () => {
  const get = async (path: string) => {
    const answer = await fetch(sandbox.url + path);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it('lets only its own scripts run, and requests nothing from elsewhere', async () => {
    const { status, headers, text } = await get('/');
    expect([status, text]).toEqual([200, expect.stringContaining('<title>Messaging sandbox</title>')]);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(text).not.toMatch(/https?:\/\/|<script>| on[a-z]+=/);
  });

  it('has scripts that parse and never create markup from text', async () => {
    const scripts = globSync('*.js', { cwd: 'apps/sandbox/public' });
    expect(scripts).toContain('app.js');
    for (const file of scripts) {
      const { headers, text } = await get(`/${file}`);
      expect(headers.get('content-type')).toMatch(/javascript/);
      expect(() => new SourceTextModule(text)).not.toThrow();
      expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
    }
  });

  it('shows the simulated providers', async () => {
    const { text } = await get('/_sandbox/simulators');
    expect(JSON.parse(text)).toMatchObject({
      simulators: [{ name: 'sendgrid' }, { name: 'resend' }, { name: 'twilio' }],
      ownFields: ['resendName', 'twilioCode'],
    });
  });
});

it.each(['live', 'ready'])('shows that it is %s', async (probe) => {
  expect((await fetch(`${sandbox.url}/health/${probe}`)).status).toBe(200);
});
