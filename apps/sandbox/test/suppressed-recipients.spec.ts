import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';
import { haveOfficial, officialOf } from '../../../test/official.ts';
import type { Sandbox } from '../src/sandbox.ts';
import { aReceiver, until, type Receiver } from './receiver.ts';
import { aMailTo, apiKey, listed, running, sendGridOf, withAccount } from './running.ts';

let receiver: Receiver;
let sandbox: Sandbox;
let resend: Resend;
beforeAll(async () => {
  receiver = await aReceiver();
  sandbox = await running({
    SANDBOX_SENDGRID_WEBHOOK_URL: `${receiver.url}/sendgrid`,
    SANDBOX_RESEND_WEBHOOK_URL: `${receiver.url}/resend`,
    SANDBOX_RESEND_API_KEY: 're_test',
    SANDBOX_RESEND_RATE_PER_S: '1000',
  });
  await withAccount(sandbox, {
    sendgrid: {
      scopes: ['mail.send', 'suppression.delete', 'asm.groups.suppressions.create', 'asm.suppressions.global.create'],
    },
  });
  resend = new Resend('re_test', { baseUrl: sandbox.url });
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});
beforeEach(() => fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' }));

interface SendGridEvent {
  event: string;
  reason?: string;
  mi_message_id: string;
  asm_group_id?: number;
}
const reported = (reference: string) =>
  receiver.received
    .filter(({ url }) => url === '/sendgrid')
    .flatMap(({ body }) => JSON.parse(body) as SendGridEvent[])
    .filter(({ mi_message_id }) => mi_message_id === reference);
const untilReported = (reference: string, ...events: string[]) =>
  until(
    () =>
      reported(reference)
        .map(({ event }) => event)
        .join() === events.join() && reported(reference),
  );
let order = 0;
const mail = async (to: string, parts: Record<string, unknown> = {}) => {
  const reference = `suppressed-${(order += 1)}`;
  const [{ statusCode }] = await sendGridOf(sandbox).send(aMailTo(to, reference, parts));
  expect(statusCode).toBe(202);
  return reference;
};
const post = (path: string, body: object) =>
  fetch(sandbox.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('SendGrid accepts mail', () => {
  it.each([
    ['bounced', 'bounce@inbox.test', ['processed', 'bounce'], 'Bounced Address'],
    ['complained', 'spam@inbox.test', ['processed', 'delivered', 'spamreport'], 'Spam Reporting Address'],
    ['unsubscribed', 'unsubscribe@inbox.test', ['processed', 'delivered', 'unsubscribe'], 'Unsubscribed Address'],
    ['is not valid', 'invalid@inbox.test', ['dropped'], 'Invalid'],
  ])('to an address that %s before, and then reports that it was dropped', async (_, to, first, reason) => {
    await untilReported(await mail(to), ...first);
    expect(await untilReported(await mail(to.toUpperCase()), 'dropped')).toMatchObject([{ reason, status: '5.0.0' }]);
  });

  it('to an address that was blocked before, and tries again', async () => {
    await untilReported(await mail('blocked@inbox.test'), 'processed', 'bounce');
    await untilReported(await mail('blocked@inbox.test'), 'processed', 'bounce');
  });

  it('of a group, and drops it for members who unsubscribed from the group', async () => {
    await post('/v3/asm/groups/7/suppressions', { recipient_emails: ['ada@inbox.test'] });
    expect(await untilReported(await mail('ada@inbox.test', { asm: { groupId: 7 } }), 'dropped')).toMatchObject([
      { reason: 'Unsubscribed Address', asm_group_id: 7 },
    ]);
    await untilReported(await mail('ada@inbox.test', { asm: { groupId: 8 } }), 'processed', 'delivered');
    await untilReported(await mail('ada@inbox.test'), 'processed', 'delivered');
  });

  it('that ignores its lists', async () => {
    await post('/v3/asm/suppressions/global', { recipient_emails: ['eve@inbox.test'] });
    await untilReported(
      await mail('eve@inbox.test', { mailSettings: { bypassBounceManagement: { enable: true } } }),
      'dropped',
    );
    await untilReported(
      await mail('eve@inbox.test', { mailSettings: { bypassListManagement: { enable: false } } }),
      'dropped',
    );
    for (const bypass of ['bypassUnsubscribeManagement', 'bypassListManagement'])
      await untilReported(
        await mail('eve@inbox.test', { mailSettings: { [bypass]: { enable: true } } }),
        'processed',
        'delivered',
      );
  });

  it('for later, and checks its lists when it is sent', async () => {
    // Whole seconds: at least one remains to add the recipient to the list.
    const sendAt = Math.floor(Date.now() / 1000) + 2;
    const [early, late] = [await mail('fay@inbox.test', { sendAt }), await mail('gus@inbox.test', { sendAt })];
    await post('/v3/asm/suppressions/global', { recipient_emails: ['fay@inbox.test'] });
    await untilReported(early, 'dropped');
    await untilReported(late, 'processed', 'delivered');
  });

  it('again once the inbox was cleared', async () => {
    await untilReported(await mail('late-bounce@inbox.test'), 'processed', 'delivered', 'bounce');
    await untilReported(await mail('late-bounce@inbox.test'), 'dropped');
    await fetch(`${sandbox.url}/_sandbox/messages`, { method: 'DELETE' });
    await untilReported(await mail('late-bounce@inbox.test'), 'processed', 'delivered', 'bounce');
  });
});

describe('Resend accepts mail', () => {
  interface Event {
    type: string;
    data: { email_id: string; to: string[]; suppressed?: unknown };
  }
  const email = async (...to: string[]) =>
    (await resend.emails.send({ from: 'shop@messaging.test', to, subject: 'Hi', text: 'Hi' })).data!.id;
  const eventsOf = (id: string) =>
    receiver.received
      .filter(({ url }) => url === '/resend')
      .map(({ body }) => JSON.parse(body) as Event)
      .filter(({ data }) => data.email_id === id);
  const untilTypes = (id: string, ...types: string[]) =>
    until(
      () =>
        eventsOf(id)
          .map(({ type }) => type)
          .sort()
          .join() ===
          types
            .map((type) => `email.${type}`)
            .sort()
            .join() && eventsOf(id),
    );

  it.each([
    ['bounced', 'bounce@inbox.test', ['sent', 'bounced'], 'previous_bounce'],
    ['complained', 'spam@inbox.test', ['sent', 'delivered', 'complained'], 'previous_complaint'],
  ])(
    'to an address that %s before, and then reports that it was suppressed, while the others get it',
    async (_, to, first, reason) => {
      await untilTypes(await email(to), ...first);
      const id = await email(to, 'ada@inbox.test');
      const events = await untilTypes(id, 'suppressed', 'sent', 'delivered');
      const suppressed = events.find(({ type }) => type === 'email.suppressed')!;
      expect(suppressed.data).toMatchObject({ to: [to], suppressed: { type: 'OnAccountSuppressionList', reason } });
      if (haveOfficial) expect(officialOf('resend/resend.yaml').webhook('email.suppressed', suppressed)).toEqual([]);
    },
  );

  it('to an address that was added to its list, and not to one that bounced temporarily', async () => {
    await resend.post('/suppressions', { email: 'Bob@inbox.test' });
    const id = await email('bob@inbox.test');
    await untilTypes(id, 'suppressed');
    expect((await resend.emails.get(id)).data).toMatchObject({ last_event: 'suppressed' });
    for (let turn = 0; turn < 2; turn += 1)
      await untilTypes(await email('full@inbox.test'), 'sent', 'delivery_delayed', 'bounced');
  });

  it('to its own test addresses as often as you like', async () => {
    for (let turn = 0; turn < 2; turn += 1) await untilTypes(await email('bounced@resend.dev'), 'sent', 'bounced');
  });
});

it('shows such mail in the inbox with its final status', async () => {
  await post('/v3/asm/suppressions/global', { recipient_emails: ['hal@inbox.test'] });
  await untilReported(await mail('hal@inbox.test'), 'dropped');
  expect((await listed(sandbox)).messages).toMatchObject([
    { to: 'hal@inbox.test', status: 'dropped', events: [{ event: 'dropped' }] },
  ]);
});
