import { fromTags } from '#libs/providers';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../src/email-message.ts';
import { aCall, accept, refused, type ResendAnswer, ResendServer } from './resend-server.ts';

const resendServer = new ResendServer();
const aResend = resendServer.start.bind(resendServer);

afterEach(() => resendServer.stop());

describe('Resend', () => {
  it('gets an e-mail with a key of its own, and with the reference in tags and in a header', async () => {
    const resend = await aResend(accept);
    const call = aCall('ada@inbox.test', {
      messageId: 'order:1.a_b',
      from: { email: 'no-reply@messaging.test', name: 'Shop, Inc.' },
      replyTo: { email: 'help@messaging.test', name: 'Help' },
      tags: ['spring sale'],
    });
    expect(await resend.send(call)).toEqual({ sent: true, providerMessageId: 'id-1' });
    const { headers, key, mails } = resendServer.asked[0]!;
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
    expect(resendServer.asked[0]!.mails[0]!.attachments).toEqual([
      { filename: 'logo.png', content: 'iVBORw0KGgo=', content_type: 'image/png', content_id: 'logo' },
      { filename: 'terms.pdf', path: 'https://files.test/terms.pdf' },
    ]);
  });

  it('gets its own templates by id with their variables, and never those of others', async () => {
    const resend = await aResend(accept);
    const template = (boundTo: string, variables: Record<string, unknown>) =>
      aCall('ada@inbox.test', { boundTo, template: { name: 'welcome', variables }, text: undefined, html: undefined });
    await resend.send(template('resend', { name: 'Ada', count: 3 }));
    expect(resendServer.asked[0]!.mails[0]!.template).toEqual({ id: 'welcome', variables: { name: 'Ada', count: 3 } });
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
    expect(resendServer.asked).toEqual([]);
  });

  it('never gets a mail that was only to be checked: it would send it', async () => {
    const resend = await aResend(accept);
    expect(resend.unsupported(aCall('ada@inbox.test', { sandbox: true }).message)).toMatchObject({
      code: 'MSG_VALIDATION_NOT_SUPPORTED',
      retry: 'never',
    });
    expect(await resend.send(aCall('ada@inbox.test', { sandbox: true }))).toMatchObject({ sent: false });
    expect(resendServer.asked).toEqual([]);
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
  ] as [ResendAnswer, object][])(
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

  it.each([
    [{ status: 200, body: { data: [] } }, { state: 'ok' }],
    [refused(401, 'restricted_api_key'), { state: 'ok' }],
    [refused(500, 'internal_server_error'), { state: 'unreachable' }],
    ['drop', { state: 'unreachable' }],
  ] as [ResendAnswer, object][])(
    'that answers %j to a request that sends nothing is reported as %j',
    async (answer, state) => {
      const resend = await aResend(() => answer);
      expect(await resend.check()).toMatchObject(state);
      expect(resendServer.asked).toMatchObject([{ method: 'GET', path: '/domains' }]);
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
