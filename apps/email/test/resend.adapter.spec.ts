import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromTags, type LookupRequest, type ProviderCall, type SendResult } from '#libs/providers';
import { anEmailRequest } from '#libs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../src/email-message.ts';
import { ResendAdapter } from '../src/providers/resend/send/resend.adapter.ts';

interface Mail {
  from: string;
  to: string[];
  subject: string;
  tags: { name: string; value: string }[];
  headers: Record<string, string>;
  attachments?: Record<string, string>[];
  template?: unknown;
  html?: string;
}

interface Parsed {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  key: string | undefined;
  text: string;
  /** The e-mails in the request: one, or those of a batch. */
  mails: Mail[];
}

/** `drop`: the connection ends without a response. */
type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | 'drop';

const aCall = (
  email: string,
  overrides: Partial<EmailMessage> = {},
  mayStillSend = () => true,
): ProviderCall<EmailMessage> => {
  const request = anEmailRequest({ to: [{ email }] });
  return {
    message: { ...request, from: { email: 'no-reply@messaging.test' }, ...overrides },
    reference: {
      messageId: overrides.messageId ?? request.messageId,
      tenant: 'default',
      lane: 'bulk',
      hop: 1,
      attempt: 1,
      callId: `call-${email.split('@')[0]}`,
      traceparent: '00-a-b-01',
    },
    mayStillSend,
  };
};
/** Repeats the call, as its result describes it. */
const lost = ({ message, reference }: ProviderCall<EmailMessage>, result?: SendResult): LookupRequest<EmailMessage> => {
  const replay = !result || result.sent ? undefined : result.replay;
  return {
    message,
    callId: reference.callId,
    since: Date.now() - 60_000,
    repeat: replay && { reference, replay, lostAt: Date.now(), mayStillSend: () => true },
  };
};
const refused = (status: number, name: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { statusCode: status, name, message: 'about ada@inbox.test' },
});
const taken: Answer = { status: 200, body: { id: 'id-1' } };

describe('Resend', () => {
  let server: Server | undefined;
  let adapter: ResendAdapter | undefined;
  let asked: Parsed[];

  const aResend = async (answer: (request: Parsed) => Answer) => {
    asked = [];
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const parsed = text === '' ? [] : (JSON.parse(text) as Mail | Mail[]);
      const one: Parsed = {
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        key: request.headers['idempotency-key'] as string | undefined,
        text,
        mails: [parsed].flat(),
      };
      asked.push(one);
      const given = answer(one);
      if (given === 'drop') return void request.socket.destroy();
      response
        .writeHead(given.status, given.headers)
        .end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body ?? {}));
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    adapter = new ResendAdapter({
      RESEND_API_KEY: 're_secret',
      RESEND_BASE_URL: `http://127.0.0.1:${port}`,
      RESEND_TIMEOUT_MS: 5_000,
      RESEND_CONNECTIONS: 4,
    });
    return adapter;
  };
  const accept = ({ path, mails }: Parsed): Answer =>
    path === '/emails'
      ? taken
      : { status: 200, body: { data: mails.map(({ to }) => ({ id: `id-${to[0]}` })), errors: [] } };

  afterEach(async () => {
    await adapter?.onApplicationShutdown();
    server?.closeAllConnections();
    server?.close();
  });

  it('gets an e-mail with a key of its own, and with the reference in tags and in a header', async () => {
    const resend = await aResend(accept);
    const call = aCall('ada@inbox.test', {
      messageId: 'order:1.a_b',
      from: { email: 'no-reply@messaging.test', name: 'Shop, Inc.' },
      replyTo: { email: 'help@messaging.test', name: 'Help' },
      tags: ['spring sale'],
    });
    expect(await resend.send(call)).toEqual({ sent: true, providerMessageId: 'id-1' });
    const { headers, key, mails } = asked[0]!;
    expect(key).toBe('call-ada');
    expect(headers).toMatchObject({
      authorization: 'Bearer re_secret',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^resend-node/),
    });
    expect(mails[0]).toMatchObject({
      from: '"Shop, Inc." <no-reply@messaging.test>',
      to: ['ada@inbox.test'],
      reply_to: 'Help <help@messaging.test>',
    });
    const { tags } = mails[0]!;
    for (const { name, value } of tags) expect(name + value).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(fromTags(Object.fromEntries(tags.map(({ name, value }) => [name, value])))).toMatchObject({
      mi_message_id: 'order:1.a_b',
      mi_call_id: call.reference.callId,
      mi_trace: '00-a-b-01',
      tag_1: 'spring_sale',
    });
    expect(mails[0]!.headers['X-Messaging-Reference']).toMatch(/mi_message_id=order%3A1\.a_b/);
    expect(mails[0]!.headers['X-Messaging-Reference']).not.toMatch(/mi_trace/);
  });

  it('gets attachments by content and by URL, inline ones by the content id that the HTML names', async () => {
    const resend = await aResend(accept);
    const attachments = [
      { filename: 'logo.png', contentType: 'image/png', content: 'iVBORw0KGgo=', contentId: 'logo' },
      { filename: 'terms.pdf', url: 'https://files.test/terms.pdf' },
    ];
    await resend.send(aCall('ada@inbox.test', { html: '<img src="cid:logo">', attachments }));
    expect(asked[0]!.mails[0]!.attachments).toEqual([
      { filename: 'logo.png', content: 'iVBORw0KGgo=', content_type: 'image/png', content_id: 'logo' },
      { filename: 'terms.pdf', path: 'https://files.test/terms.pdf' },
    ]);
  });

  it('gets its own templates by id with their variables, and never those of others', async () => {
    const resend = await aResend(accept);
    const template = (boundTo: string, variables: Record<string, unknown>) =>
      aCall('ada@inbox.test', { boundTo, template: { name: 'welcome', variables }, text: undefined, html: undefined });
    await resend.send(template('resend', { name: 'Ada', count: 3 }));
    expect(asked[0]!.mails[0]!.template).toEqual({ id: 'welcome', variables: { name: 'Ada', count: 3 } });
    expect(resend.unsupported(template('sendgrid', {}).message)).toMatchObject({
      code: 'MSG_TEMPLATE_OF_OTHER_PROVIDER',
      retry: 'never',
    });
    expect(resend.unsupported(template('resend', { items: ['a'] }).message)).toMatchObject({
      code: 'MSG_VARIABLES_NOT_TEXT',
    });
    expect(resend.unsupported(aCall('ada@inbox.test').message)).toBeUndefined();
  });

  it.each([
    [422, 'missing_required_field', 'Missing `to` field.', ['to']],
    [
      400,
      'validation_error',
      'Invalid `attachments.0.content_id` field. It was `ada@inbox.test`.',
      ['attachments.0.content_id'],
    ],
    [
      422,
      'invalid_from_address',
      'Invalid `from` field. The email address needs to follow the `email@example.com` or `Name ' +
        '<email@example.com>` format.',
      ['from'],
    ],
    [422, 'validation_error', 'Something about ada@inbox.test', undefined],
  ])(
    'that answers %i %s names a field in its text, which is reported without the rest of the text',
    async (status, name, message, fields) => {
      const resend = await aResend(() => ({ status, body: { statusCode: status, name, message } }));
      const result = await resend.send(aCall('ada@inbox.test'));
      expect(result.sent ? undefined : result.failure.fields?.map(({ field }) => field)).toEqual(fields);
      expect(JSON.stringify(result)).not.toMatch(/ada@|email@/);
    },
  );

  it('never gets what it documents as unsupported: another provider may be able to send it', async () => {
    const resend = await aResend(accept);
    const fields = (parts: Partial<EmailMessage>) =>
      resend.unsupported(aCall('ada@inbox.test', parts).message)?.fields?.map(({ field }) => field);
    expect(
      fields({
        attachments: [
          { filename: 'ok.pdf', content: 'YQ==' },
          { filename: 'run.BAT', content: 'YQ==' },
        ],
      }),
    ).toEqual(['attachments[1].filename']);
    expect(
      fields({ text: 'Leave: <%asm_preferences_url%>', providerOptions: { sendgrid: { asm: { groupId: 7 } } } }),
    ).toEqual(['text']);
    expect(
      fields({ boundTo: 'resend', text: undefined, template: { name: 't', variables: { EMAIL: 'x', 'a b': 1 } } }),
    ).toEqual(['template.variables.EMAIL', 'template.variables.?']);
    expect(asked).toEqual([]);
  });

  it('never gets a mail that was only to be checked: it would send it', async () => {
    const resend = await aResend(accept);
    expect(resend.unsupported(aCall('ada@inbox.test', { sandbox: true }).message)).toMatchObject({
      code: 'MSG_VALIDATION_NOT_SUPPORTED',
      retry: 'never',
    });
    expect(await resend.send(aCall('ada@inbox.test', { sandbox: true }))).toMatchObject({ sent: false });
    expect(asked).toEqual([]);
  });

  it.each([
    [refused(400, 'validation_error'), { kind: 'bad-content', retry: 'never' }],
    [refused(403, 'validation_error'), { kind: 'account', code: 'validation_error:403' }],
    [refused(422, 'validation_error'), { kind: 'bad-recipient' }],
    [refused(422, 'missing_required_field'), { kind: 'bad-content' }],
    [refused(401, 'missing_api_key'), { kind: 'account', retry: 'operator' }],
    [{ status: 403, body: 'error code: 1010' }, { code: 'error_1010' }],
    [refused(429, 'rate_limit_exceeded', { 'ratelimit-reset': '2' }), { kind: 'throttled', retryAfterMs: 2_000 }],
    [refused(429, 'monthly_quota_exceeded'), { kind: 'account', retry: 'operator' }],
    [refused(451, 'security_error'), { kind: 'account' }],
    [refused(500, 'internal_server_error'), { kind: 'unknown' }],
    [
      { status: 502, body: '<html>bad gateway</html>' },
      { kind: 'unknown', code: 'http_502', unlisted: true },
    ],
    [refused(409, 'concurrent_idempotent_requests'), { kind: 'unknown' }],
    [refused(409, 'invalid_idempotent_request'), { kind: 'unknown' }],
    [
      { status: 200, body: 'cut o' },
      { kind: 'unknown', code: 'MSG_NO_MESSAGE_ID' },
    ],
    ['drop', { kind: 'unknown' }],
  ] as [Answer, object][])(
    'that answers %j has failed for a known reason, described in our own words',
    async (answer, failure) => {
      const resend = await aResend(() => answer);
      const result = await resend.send(aCall('ada@inbox.test'));
      expect(result).toMatchObject({ sent: false, failure });
      expect(JSON.stringify(result)).not.toMatch(/ada@inbox|re_secret/);
      if (failure !== undefined && 'kind' in failure && failure.kind === 'unknown')
        expect(result).toMatchObject({ replay: { key: 'call-ada' } });
    },
  );

  describe('whose response was lost', () => {
    it('gets the same bytes under the same key, even when the request was stored with its keys reordered', async () => {
      let answers: Answer[] = ['drop', taken];
      const resend = await aResend(() => answers.shift()!);
      const call = aCall('ada@inbox.test', { headers: { 'X-B': '2', 'X-A': '1' } });
      const result = await resend.send(call);
      const stored = { ...call, message: { ...call.message, headers: { 'X-A': '1', 'X-B': '2' } } };
      expect(await resend.lookup(lost(stored, result))).toEqual({ found: 'accepted', providerMessageId: 'id-1' });
      expect(asked.map(({ key }) => key)).toEqual([call.reference.callId, call.reference.callId]);
      expect(asked[1]!.text).toBe(asked[0]!.text);
      answers = [
        refused(409, 'invalid_idempotent_request'),
        refused(409, 'concurrent_idempotent_requests'),
        refused(429, 'rate_limit_exceeded'),
        'drop',
      ];
      expect(await resend.lookup(lost(call, result))).toEqual({ found: 'accepted' });
      for (let turn = 0; turn < 3; turn += 1)
        expect(await resend.lookup(lost(call, result))).toEqual({ found: 'absent' });
    });

    it.each<[string, (request: LookupRequest<EmailMessage>) => LookupRequest<EmailMessage>]>([
      [
        '23 hours are over',
        (request) => ({ ...request, repeat: { ...request.repeat!, lostAt: Date.now() - 23 * 3_600_000 - 1_000 } }),
      ],
      [
        'the message must not go any more',
        (request) => ({ ...request, repeat: { ...request.repeat!, mayStillSend: () => false } }),
      ],
      ['the body would be another', (request) => ({ ...request, message: { ...request.message, subject: 'Another' } })],
      ['the process died before it told', (request) => ({ ...request, repeat: undefined })],
    ])('is never called again once %s, but only searched', async (_, changed) => {
      const resend = await aResend(({ method }) =>
        method === 'POST' ? 'drop' : { status: 200, body: { object: 'list', has_more: false, data: [] } },
      );
      const call = aCall('ada@inbox.test');
      const result = await resend.send(call);
      expect(await resend.lookup(changed(lost(call, result)))).toEqual({ found: 'absent' });
      expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET']);
    });

    it('is searched for our call id among its newest e-mails to that recipient', async () => {
      const email = (id: string, to: string) => ({
        id,
        to: [to],
        created_at: new Date().toISOString().replace('T', ' ').replace('Z', '+00'),
      });
      const callOf: Record<string, string> = { 'id-2': 'call-other', 'id-3': 'call-ada' };
      const resend = await aResend(({ path }) => {
        if (path === '/emails?limit=100')
          return {
            status: 200,
            body: { has_more: true, data: [email('id-1', 'bob@inbox.test'), email('id-2', 'ada@inbox.test')] },
          };
        if (path === '/emails?limit=100&after=id-2')
          return { status: 200, body: { has_more: false, data: [email('id-3', 'Ada <ada@inbox.test>')] } };
        const id = path.slice('/emails/'.length);
        return { status: 200, body: { id, tags: [{ name: 'mi_call_id', value: callOf[id] }] } };
      });
      expect(await resend.lookup(lost(aCall('ada@inbox.test')))).toEqual({
        found: 'accepted',
        providerMessageId: 'id-3',
      });
      expect(asked.map(({ path }) => path)).not.toContain('/emails/id-1');
    });

    it('cannot be searched with a key that may only send', async () => {
      const resend = await aResend(() => refused(401, 'restricted_api_key'));
      expect(await resend.lookup(lost(aCall('ada@inbox.test')))).toEqual({ found: 'unsupported' });
    });
  });

  describe('in batches', () => {
    const names = ['a', 'b', 'bad', 'c', 'd'];
    const calls = (more: { mayStillSend?: () => boolean } = {}) =>
      names.map((name) => aCall(`${name}@inbox.test`, { subject: `For ${name}` }, more.mayStillSend));
    const isBad = ({ to }: Mail) => to[0]!.startsWith('bad');
    const permissive = ({ path, mails }: Parsed): Answer => {
      if (path === '/emails') return isBad(mails[0]!) ? refused(422, 'missing_required_field') : taken;
      return {
        status: 200,
        body: {
          data: mails.filter((mail) => !isBad(mail)).map(({ to }) => ({ id: `id-${to[0]}` })),
          errors: mails.flatMap((mail, index) => (isBad(mail) ? [{ index, message: 'Missing' }] : [])),
        },
      };
    };
    const idsOf = (results: Awaited<ReturnType<ResendAdapter['sendBatch']>>) =>
      results.map((result) => (result.sent ? result.providerMessageId : result.failure.code));

    it('gets e-mails of different content in one call, under one key', async () => {
      const resend = await aResend(accept);
      const [first, second] = calls();
      expect(resend.batchKey(first!.message)).toBe(resend.batchKey(second!.message));
      expect(idsOf(await resend.sendBatch(calls()))).toEqual(names.map((name) => `id-${name}@inbox.test`));
      expect(asked).toMatchObject([{ path: '/emails/batch', key: expect.stringMatching(/^batch-[0-9a-f]{64}$/) }]);
    });

    it('never gets what a batch does not support, nor senders of different domains together', async () => {
      const resend = await aResend(accept);
      const key = (overrides: Partial<EmailMessage>) => resend.batchKey(aCall('ada@inbox.test', overrides).message);
      expect(key({ attachments: [{ filename: 'a.txt', content: 'YQ==' }] })).toBeUndefined();
      expect(key({ text: 'x'.repeat(300_000) })).toBeUndefined();
      expect(key({ from: { email: 'no-reply@other.test' } })).not.toBe(key({}));
      expect(resend.batchLimit).toBe(100);
    });

    it('refuses an invalid member alone, which is sent again by itself to get the reason', async () => {
      const resend = await aResend(permissive);
      expect(idsOf(await resend.sendBatch(calls()))).toEqual([
        'id-a@inbox.test',
        'id-b@inbox.test',
        'missing_required_field',
        'id-c@inbox.test',
        'id-d@inbox.test',
      ]);
      expect(asked.map(({ path, mails }) => `${path} ${mails.length}`)).toEqual(['/emails/batch 5', '/emails 1']);
    });

    it('that are refused as a whole are sent again in halves under other keys, and each member once', async () => {
      const resend = await aResend((request) =>
        request.mails.some(isBad) ? refused(422, 'missing_required_field') : accept(request),
      );
      const results = await resend.sendBatch(calls());
      expect(results.map(({ sent }) => sent)).toEqual([true, true, false, true, true]);
      const accepted = asked
        .filter(({ mails }) => !mails.some(isBad))
        .flatMap(({ mails }) => mails.map(({ to }) => to[0]!));
      expect(accepted.toSorted((a, b) => a.localeCompare(b))).toEqual([
        'a@inbox.test',
        'b@inbox.test',
        'c@inbox.test',
        'd@inbox.test',
      ]);
      expect(new Set(asked.map(({ key }) => key)).size).toBe(asked.length);
    });

    it('whose response was lost are repeated at once under the same key', async () => {
      const answers: ((request: Parsed) => Answer)[] = [
        () => 'drop',
        () => refused(409, 'concurrent_idempotent_requests'),
        accept,
      ];
      const resend = await aResend((request) => answers.shift()!(request));
      expect(idsOf(await resend.sendBatch(calls()))).toEqual(names.map((name) => `id-${name}@inbox.test`));
      expect(new Set(asked.map(({ key, text }) => key! + text)).size).toBe(1);
      expect(asked).toHaveLength(3);
    });

    it('stay unconfirmed when a repeat is refused: that says nothing about the first call', async () => {
      const answers: Answer[] = [
        'drop',
        refused(422, 'validation_error'),
        refused(429, 'rate_limit_exceeded'),
        refused(500, 'internal_server_error'),
      ];
      const resend = await aResend(() => answers.shift()!);
      const results = await resend.sendBatch(calls());
      expect(results.map((result) => !result.sent && result.failure.kind)).toEqual(names.map(() => 'unknown'));
    });

    it('are not repeated once the lease of a member has expired', async () => {
      let open = true;
      const resend = await aResend(() => {
        open = false;
        return 'drop';
      });
      const results = await resend.sendBatch(calls({ mayStillSend: () => open }));
      expect(results.map((result) => !result.sent && result.failure.kind)).toEqual(names.map(() => 'unknown'));
      expect(asked).toHaveLength(1);
    });

    it('whose response is inconsistent may have been accepted', async () => {
      const resend = await aResend(() => ({ status: 200, body: { data: [{ id: 'id-1' }] } }));
      expect(idsOf(await resend.sendBatch(calls()))).toEqual(names.map(() => 'MSG_NO_MESSAGE_ID'));
    });
  });

  it.each([
    [{ status: 200, body: { data: [] } }, { state: 'ok' }],
    [refused(401, 'restricted_api_key'), { state: 'ok' }],
    [refused(500, 'internal_server_error'), { state: 'unreachable' }],
    ['drop', { state: 'unreachable' }],
  ] as [Answer, object][])(
    'that answers %j to a request that sends nothing is reported as %j',
    async (answer, state) => {
      const resend = await aResend(() => answer);
      expect(await resend.check()).toMatchObject(state);
      expect(asked).toMatchObject([{ method: 'GET', path: '/domains' }]);
    },
  );

  it('whose rate headers say that nothing remains is not called until the reset', async () => {
    const resend = await aResend(() => ({
      status: 200,
      headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '1' },
      body: { id: 'id-1' },
    }));
    const result = await resend.send(aCall('ada@inbox.test'));
    expect(result).toMatchObject({ sent: true, holdUntil: expect.any(Number) });
  });
});
