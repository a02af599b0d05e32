import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderCall } from '#libs/providers';
import type { FetchedFile } from '#libs/provider-http';
import { anEmailRequest } from '#libs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../src/email-message.ts';
import { SendgridAdapter } from '../src/providers/sendgrid/send/sendgrid.adapter.ts';
import { sendgridUrlOf } from '../src/providers/sendgrid/account/sendgrid.config.ts';
import { attachmentsFrom } from './attachments.ts';

interface MailBody {
  personalizations: { to: { email: string }[]; custom_args: Record<string, string> }[];
  subject: string;
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

const aCall = (email: string, overrides: Partial<EmailMessage> = {}): ProviderCall<EmailMessage> => {
  const request = anEmailRequest({ to: [{ email }] });
  return {
    message: { ...request, from: { email: 'no-reply@messaging.test' }, ...overrides },
    reference: {
      messageId: request.messageId,
      tenant: 'default',
      lane: 'bulk',
      hop: 1,
      attempt: 1,
      callId: `call-${email}`,
      traceparent: '00-a-b-01',
    },
    mayStillSend: () => true,
  };
};

describe('SendGrid', () => {
  let server: Server | undefined;
  let adapter: SendgridAdapter | undefined;
  let bodies: MailBody[];

  const aSendgrid = async (answer: (mail: MailBody) => Answer, known?: Parameters<typeof attachmentsFrom>[0]) => {
    bodies = [];
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const mail = JSON.parse(text) as MailBody;
      bodies.push(mail);
      const { status, headers, body } = answer(mail);
      response
        .writeHead(status, headers)
        .end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    adapter = new SendgridAdapter(
      {
        SENDGRID_API_KEY: 'SG.secret',
        SENDGRID_BASE_URL: `http://127.0.0.1:${port}`,
        SENDGRID_TIMEOUT_MS: 1_000,
        SENDGRID_CONNECTIONS: 4,
      },
      attachmentsFrom(known),
    );
    return adapter;
  };
  const taken: Answer = { status: 202, headers: { 'x-message-id': 'Xj5L' } };
  const recipientsOf = (mail: MailBody) => mail.personalizations.map(({ to }) => to[0]!.email);
  /** Refuses a mail to anyone whose address begins with "bad", naming the personalization or not. */
  const pickyAbout = (naming: boolean) => (mail: MailBody) => {
    const bad = recipientsOf(mail).findIndex((email) => email.startsWith('bad'));
    if (bad < 0) return taken;
    return {
      status: 400,
      body: {
        errors: [
          { message: 'Does not contain a valid address.', field: naming ? `personalizations.${bad}.to.0.email` : null },
        ],
      },
    };
  };

  afterEach(async () => {
    await adapter?.onApplicationShutdown();
    server?.closeAllConnections();
    server?.close();
  });

  it.each([
    [
      401,
      { errors: [{ message: 'Maximum credits exceeded', field: null }] },
      { kind: 'account', code: 'http_401:maximum_credits_exceeded' },
    ],
    [
      403,
      { errors: [{ message: 'The from address does not match', field: 'from' }] },
      { code: 'http_403:from_not_verified' },
    ],
    [413, '<html>413 Request Entity Too Large</html>', { kind: 'bad-content', retry: 'never' }],
    [503, '<html>nginx</html>', { kind: 'unknown', code: 'http_503' }],
    [418, 'teapot', { kind: 'bad-content', unlisted: true }],
  ])('that answers %i with %j has failed for a known reason', async (status, body, failure) => {
    const sendgrid = await aSendgrid(() => ({ status, body }));
    expect(await sendgrid.send(aCall('ada@inbox.test'))).toMatchObject({ sent: false, failure });
  });

  it('that names a field in its refusal has it reported, by its name only', async () => {
    const errors = [
      { message: 'ada@inbox.test is not valid', field: 'personalizations.0.to.0.name', help: null },
      { message: 'The headers can’t contain duplicate keys.', field: 'headers.X-Ada-Lovelace' },
      { message: 'Bad Request', field: null },
      { message: 'odd', field: 'ada@inbox.test' },
    ];
    const sendgrid = await aSendgrid(() => ({ status: 400, body: { errors } }));
    const result = await sendgrid.send(aCall('ada@inbox.test'));
    const rule = 'is refused by SendGrid (this is the name of the field in its API)';
    expect(result).toMatchObject({
      failure: {
        code: 'http_400',
        fields: [
          { field: 'personalizations.to.0.name', rule },
          { field: 'headers', rule },
        ],
      },
    });
    expect(JSON.stringify(result)).not.toMatch(/ada|lovelace/i);
  });

  it.each([
    [{ errors: [{ message: 'Bad Request', field: null }] }],
    [{ errors: 'no' }],
    ['<html>'],
    [{ errors: [{ field: 7 }] }],
  ])('that refuses with %j, naming no field, has none reported', async (body) => {
    const sendgrid = await aSendgrid(() => ({ status: 400, body }));
    const result = await sendgrid.send(aCall('ada@inbox.test'));
    expect(result).toMatchObject({ sent: false, failure: { code: 'http_400' } });
    expect(result.sent || result.failure).not.toHaveProperty('fields');
  });

  it('gets no mail larger than it accepts, and none with a SendGrid tag that it would not replace', async () => {
    const sendgrid = await aSendgrid(() => taken);
    const large = aCall('ada@inbox.test', {
      attachments: [
        { filename: 'a.bin', content: 'A'.repeat(29_999_000) },
        { filename: 'b.bin', content: 'A'.repeat(2_000) },
      ],
    });
    expect(await sendgrid.send(large)).toMatchObject({
      sent: false,
      failure: { code: 'MSG_BEYOND_LIMIT', retry: 'never', fields: [{ field: 'attachments' }] },
    });
    expect(bodies).toEqual([]);
    const tagged = aCall('ada@inbox.test', { html: '<a href="<%asm_group_unsubscribe_raw_url%>">Leave</a>' }).message;
    expect(sendgrid.unsupported(tagged)).toMatchObject({ code: 'MSG_BEYOND_LIMIT', fields: [{ field: 'html' }] });
    expect(sendgrid.unsupported({ ...tagged, providerOptions: { sendgrid: { asm: { groupId: 7 } } } })).toBeUndefined();
  });

  it('gets an inline image under the content id that the HTML names', async () => {
    const sendgrid = await aSendgrid(() => taken);
    const attachments = [
      { filename: 'logo.png', contentType: 'image/png', content: 'iVBORw0KGgo=', contentId: 'logo' },
    ];
    await sendgrid.send(aCall('ada@inbox.test', { html: '<img src="cid:logo">', attachments }));
    expect(bodies[0]).toMatchObject({
      attachments: [
        { filename: 'logo.png', type: 'image/png', content: 'iVBORw0KGgo=', content_id: 'logo', disposition: 'inline' },
      ],
    });
  });

  it('gets the content of an attachment by URL, and no mail if the file is missing or takes too long', async () => {
    const attachments = [{ filename: 'terms.pdf', url: 'https://files.test/terms.pdf' }];
    let file: FetchedFile = { fetched: false, fault: 'unreachable' };
    const sendgrid = await aSendgrid(
      () => taken,
      () => file,
    );
    expect(await sendgrid.send(aCall('ada@inbox.test', { attachments }))).toMatchObject({
      sent: false,
      failure: { code: 'MSG_FILE_UNREACHABLE', kind: 'transient' },
    });
    file = { fetched: true, content: Buffer.from('%PDF'), type: 'application/pdf' };
    let late = false;
    const slow = { ...aCall('ada@inbox.test', { attachments }), mayStillSend: () => !late };
    late = true;
    expect(await sendgrid.send(slow)).toMatchObject({ sent: false, failure: { code: 'MSG_NOT_STARTED' } });
    expect(bodies).toEqual([]);
    late = false;
    expect(await sendgrid.send(slow)).toMatchObject({ sent: true });
    expect(bodies[0]).toMatchObject({
      attachments: [
        { filename: 'terms.pdf', type: 'application/pdf', content: Buffer.from('%PDF').toString('base64') },
      ],
    });
  });

  it('that has accepted the last mail of its limit is not called until the limit is reset', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 30;
    const limits = (remaining: string) => ({
      'x-ratelimit-limit': '600',
      'x-ratelimit-remaining': remaining,
      'x-ratelimit-reset': String(reset),
    });
    let remaining = '1';
    const sendgrid = await aSendgrid(() => ({
      status: 202,
      headers: { 'x-message-id': 'Xj5L', ...limits(remaining) },
    }));
    expect(await sendgrid.send(aCall('ada@inbox.test'))).toEqual({ sent: true, providerMessageId: 'Xj5L' });
    remaining = '0';
    expect(await sendgrid.send(aCall('ada@inbox.test'))).toEqual({
      sent: true,
      providerMessageId: 'Xj5L',
      holdUntil: reset * 1000,
    });
  });

  it('that answers without a message id may have accepted the mail', async () => {
    const sendgrid = await aSendgrid(() => ({ status: 202 }));
    expect(await sendgrid.send(aCall('ada@inbox.test'))).toMatchObject({
      sent: false,
      failure: { kind: 'unknown', code: 'MSG_NO_MESSAGE_ID' },
    });
  });

  it('gets the mail’s own headers as such, and never as headers of the call', async () => {
    const sendgrid = await aSendgrid(() => taken);
    await sendgrid.send(aCall('ada@inbox.test', { headers: { authorization: 'nonsense', 'X-Ours': '1' } }));
    expect(bodies[0]).toMatchObject({ headers: { 'X-Ours': '1' } });
  });

  it('gets e-mails of one content in one call, each with its own reference', async () => {
    const sendgrid = await aSendgrid(() => taken);
    const calls = ['ada@inbox.test', 'bob@inbox.test'].map((email) => aCall(email));
    expect(sendgrid.batchKey(calls[0]!.message)).toBe(sendgrid.batchKey(calls[1]!.message));
    expect(await sendgrid.sendBatch(calls)).toEqual([
      { sent: true, providerMessageId: 'Xj5L' },
      { sent: true, providerMessageId: 'Xj5L' },
    ]);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]!.personalizations.map(({ custom_args: args }) => args['mi_call_id'])).toEqual([
      'call-ada@inbox.test',
      'call-bob@inbox.test',
    ]);
  });

  it('never gets e-mails in one call that differ, or have attachments or several recipients', async () => {
    const sendgrid = await aSendgrid(() => taken);
    const key = (overrides: Partial<EmailMessage>) =>
      sendgrid.batchKey(aCall('ada@inbox.test', { messageId: 'm', ...overrides }).message);
    expect(key({ subject: 'Other' })).not.toBe(key({}));
    expect(key({ from: { email: 'other@messaging.test' } })).not.toBe(key({}));
    expect(key({ attachments: [{ filename: 'a.txt', content: 'YQ==' }] })).toBeUndefined();
    expect(key({ cc: [{ email: 'eve@inbox.test' }] })).toBeUndefined();
  });

  it.each([
    [true, 2],
    [false, 5],
  ])(
    'that refuses a call because of one member (named: %s) gets the others again without it, in %i calls',
    async (naming, requests) => {
      const sendgrid = await aSendgrid(pickyAbout(naming));
      const emails = ['a@inbox.test', 'b@inbox.test', 'bad@inbox.test', 'c@inbox.test'];
      const results = await sendgrid.sendBatch(emails.map((email) => aCall(email)));
      expect(results.map(({ sent }) => sent)).toEqual([true, true, false, true]);
      expect(bodies).toHaveLength(requests);
      const accepted = bodies.filter((mail) => !recipientsOf(mail).includes('bad@inbox.test')).flatMap(recipientsOf);
      expect(accepted.sort()).toEqual(['a@inbox.test', 'b@inbox.test', 'c@inbox.test']);
    },
  );

  it('that is down refuses all members of a call alike, and none is sent twice', async () => {
    const sendgrid = await aSendgrid(() => ({ status: 503 }));
    const results = await sendgrid.sendBatch(['a@inbox.test', 'b@inbox.test'].map((email) => aCall(email)));
    expect(results.map((result) => !result.sent && result.failure.kind)).toEqual(['unknown', 'unknown']);
    expect(bodies).toHaveLength(1);
  });

  it('that was asked only to check responds with 200, and nothing counts as sent', async () => {
    const sendgrid = await aSendgrid((mail) => ({
      status: (mail as { mail_settings?: object }).mail_settings ? 200 : 202,
      headers: { 'x-message-id': 'Xj5L' },
    }));
    expect(await sendgrid.send(aCall('ada@inbox.test', { sandbox: true }))).toEqual({
      sent: true,
      providerMessageId: '',
      validatedOnly: true,
    });
    expect(bodies[0]).toMatchObject({ mail_settings: { sandbox_mode: { enable: true } } });
    expect(await sendgrid.send(aCall('ada@inbox.test'))).toEqual({ sent: true, providerMessageId: 'Xj5L' });
  });

  it('that responds to a check with 202 has sent the mail', async () => {
    const sendgrid = await aSendgrid(() => taken);
    expect(await sendgrid.send(aCall('ada@inbox.test', { sandbox: true }))).toEqual({
      sent: true,
      providerMessageId: 'Xj5L',
    });
  });

  it('leaves nothing unconfirmed when the response to a check is lost: nothing was sent', async () => {
    const sendgrid = await aSendgrid(() => ({ status: 503, body: '<html>' }));
    expect(await sendgrid.send(aCall('ada@inbox.test', { sandbox: true }))).toMatchObject({
      sent: false,
      failure: { kind: 'transient', code: 'http_503' },
    });
  });

  it.each([
    [{ SENDGRID_REGION: 'global' }, 'https://api.sendgrid.com'],
    [{ SENDGRID_REGION: 'eu' }, 'https://api.eu.sendgrid.com'],
    [{ SENDGRID_REGION: 'eu', SENDGRID_BASE_URL: 'http://127.0.0.1:4010' }, 'http://127.0.0.1:4010'],
  ] as const)('is called in its region, or at the configured URL: %j', (config, url) => {
    expect(sendgridUrlOf({ SENDGRID_BASE_URL: undefined, ...config })).toBe(url);
  });
});
