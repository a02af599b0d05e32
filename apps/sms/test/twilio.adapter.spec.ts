import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anSmsRequest } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { haveOfficial, officialOf } from '../../../test/official.ts';
import { TwilioAdapter } from '../src/providers/twilio/send/twilio.adapter.ts';
import type { SmsMessage } from '../src/sms-message.ts';

const account = `AC${'a'.repeat(32)}`;
const service = `MG${'b'.repeat(32)}`;
const template = `HX${'c'.repeat(32)}`;
const reference = {
  messageId: 'm-1',
  tenant: 'default',
  lane: 'transactional' as const,
  hop: 1,
  attempt: 1,
  callId: 'call-1',
};

describe('a text sent through Twilio', () => {
  let server: Server;
  let adapter: TwilioAdapter;
  let seen: URLSearchParams[];
  let answer: { status: number; body: object };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        seen.push(new URLSearchParams(body));
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    adapter = new TwilioAdapter({
      TWILIO_ACCOUNT_SID: account,
      TWILIO_AUTH_TOKEN: 'the-secret',
      TWILIO_API_KEY_SID: undefined,
      TWILIO_API_KEY_SECRET: undefined,
      TWILIO_MESSAGING_SERVICE_SID: undefined,
      TWILIO_CONTENT_TEMPLATES: { 'order-shipped': template, 'order-shipped@2': `HX${'2'.repeat(32)}` },
      TWILIO_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      TWILIO_CONNECTIONS: 2,
      TWILIO_RATE_PER_S: undefined,
      TWILIO_TIMEOUT_MS: 2_000,
      PUBLIC_URL: 'https://sms.example.org',
    });
  });
  afterAll(async () => {
    await adapter.onApplicationShutdown();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen = [];
    answer = { status: 201, body: { sid: `SM${'1'.repeat(32)}` } };
  });

  const send = (message: Partial<SmsMessage>) =>
    adapter.send({
      message: { ...anSmsRequest(), kind: 'sms', from: '+15005550006', ...message },
      reference,
      mayStillSend: () => true,
    });
  const formOf = async (message: Partial<SmsMessage>): Promise<Record<string, string | string[]>> => {
    await send(message);
    const form = seen.at(-1)!;
    return Object.fromEntries(
      [...new Set(form.keys())].map((name) => [
        name,
        form.getAll(name).length > 1 ? [...form.getAll(name)] : form.get(name)!,
      ]),
    );
  };

  it.each([
    [21617, 'The concatenated message body exceeds the 1600 character limit', ['Body']],
    [21211, "The 'To' number +12025550123 is not a valid phone number.", ['To']],
    [21999, "Invalid 'ContentVariables' for '+12025550123' of 'Ada'", ['ContentVariables']],
    [21999, 'Something about +12025550123', undefined],
  ])('that Twilio refuses with %i names the parameter it is about, and no number', async (code, message, fields) => {
    answer = { status: 400, body: { code, message, more_info: '', status: 400 } };
    const result = await send({});
    expect(result.sent ? undefined : result.failure.fields?.map(({ field }) => field)).toEqual(fields);
    expect(JSON.stringify(result)).not.toMatch(/\+1202|Ada/);
  });

  it('reports its number of segments after smart encoding', async () => {
    expect(await send({ body: 'x'.repeat(161) })).toMatchObject({
      sent: true,
      size: { segments: 2, encoding: 'GSM-7' },
    });
    expect(await send({ body: '“Hi”', smartEncoding: false })).toMatchObject({
      size: { segments: 1, encoding: 'UCS-2' },
    });
    expect(await send({ body: '“Hi”', smartEncoding: true })).toMatchObject({
      size: { segments: 1, encoding: 'GSM-7' },
    });
    expect(seen.map((form) => form.get('SmartEncoded'))).toEqual([null, 'false', 'true']);
    expect(await send({ kind: 'whatsapp' })).not.toHaveProperty('size');
  });

  it('is sent by its messaging service, which chooses the number', async () => {
    const form = await formOf({ from: undefined, messagingService: service });
    expect(form).toMatchObject({ MessagingServiceSid: service, To: '+12025550123' });
    expect(form).not.toHaveProperty('From');
  });

  it('expires at Twilio when the message does, within Twilio’s bounds', async () => {
    const wantedFor = async (ms: number) =>
      (await formOf({ expiresAt: new Date(Date.now() + ms).toISOString() }))['ValidityPeriod'];
    expect(Number(await wantedFor(600_500))).toBeGreaterThanOrEqual(599);
    expect(await wantedFor(100)).toBe('1');
    expect(await wantedFor(11 * 3_600_000)).toBeUndefined();
  });

  it('carries its media one by one', async () => {
    const mediaUrls = ['https://media.example.org/a.png', 'https://media.example.org/b.png'];
    expect(await formOf({ kind: 'mms', mediaUrls })).toMatchObject({ MediaUrl: mediaUrls });
  });

  it('names its template and fills in its variables as texts', async () => {
    const form = await formOf({
      kind: 'whatsapp',
      body: undefined,
      contentTemplate: { name: template, variables: { 1: 17, 2: 'soon', 3: true } },
    });
    expect(form).toMatchObject({
      ContentSid: template,
      ContentVariables: '{"1":"17","2":"soon","3":"true"}',
      From: 'whatsapp:+15005550006',
      To: 'whatsapp:+12025550123',
    });
    expect(form).not.toHaveProperty('Body');
  });

  it('names a template of the settings by Twilio’s id, and is not for Twilio where there is none', async () => {
    const named = (name: string, version?: string): Partial<SmsMessage> => ({
      kind: 'whatsapp',
      body: undefined,
      contentTemplate: { name, variables: {}, ...(version && { version }) },
    });
    const sids = [await formOf(named('order-shipped')), await formOf(named('order-shipped', '2'))];
    expect(sids.map(({ ContentSid }) => ContentSid)).toEqual([template, `HX${'2'.repeat(32)}`]);
    const unknown = { ...anSmsRequest(), from: '+15005550006', ...named('no-such') } as SmsMessage;
    expect(adapter.unsupported(unknown)).toMatchObject({ code: 'MSG_TEMPLATE_NOT_FOUND', retry: 'operator' });
    expect(adapter.unsupported({ ...unknown, boundTo: 'twilio' })).toBeUndefined();
    const calls = seen.length;
    expect(await send(named('no-such'))).toMatchObject({ sent: false, failure: { code: 'MSG_TEMPLATE_NOT_FOUND' } });
    expect(seen).toHaveLength(calls);
  });

  it('is reported to the public URL with our reference, repeats included', async () => {
    const { StatusCallback } = await formOf({});
    expect(StatusCallback).toMatch(
      /^https:\/\/sms\.example\.org\/webhooks\/twilio\/status\?.*mi_message_id=m-1.*mi_call_id=call-1.*#rc=5&rp=ct,rt,5xx$/,
    );
  });

  it.each([
    [400, 21408, { kind: 'account', retry: 'operator' }],
    [400, 63016, { kind: 'bad-content', retry: 'failover' }],
    [503, 20503, { kind: 'unknown' }],
  ])(
    'that Twilio refuses with %d and %d fails as the table says, without number, text or secret',
    async (status, code, failure) => {
      answer = { status, body: { code, message: 'Attempt to send to +12025550123: It works', more_info: '', status } };
      const result = await send({});
      expect(result).toMatchObject({ sent: false, failure: { code: String(code), provider: 'twilio', ...failure } });
      expect(JSON.stringify(result)).not.toMatch(/2025550123|It works|the-secret/);
    },
  );

  it('without any sender is not sent', async () => {
    expect(await send({ from: undefined })).toMatchObject({
      sent: false,
      failure: { code: 'MSG_NO_SENDER', kind: 'account' },
    });
    expect(seen).toEqual([]);
  });

  (haveOfficial ? it : it.skip)(
    'is asked for as Twilio’s own description says (skipped where provider-specs is not beside the repository)',
    async () => {
      const { request } = officialOf('twilio/twilio_api_v2010.messages.json');
      const problems = (form: object) =>
        request('post', '/2010-04-01/Accounts/{AccountSid}/Messages.json', form, 'application/x-www-form-urlencoded');
      const typed = ({ ValidityPeriod, SmartEncoded, MediaUrl, ...form }: Record<string, string | string[]>) => ({
        ...form,
        ...(ValidityPeriod !== undefined && { ValidityPeriod: Number(ValidityPeriod) }),
        ...(SmartEncoded !== undefined && { SmartEncoded: SmartEncoded === 'true' }),
        ...(MediaUrl !== undefined && { MediaUrl: [MediaUrl].flat() }),
      });
      const messages: Partial<SmsMessage>[] = [
        { smartEncoding: true, expiresAt: new Date(Date.now() + 60_000).toISOString() },
        { from: undefined, messagingService: service },
        { kind: 'mms', mediaUrls: ['https://media.example.org/a.png'] },
        { kind: 'whatsapp', body: undefined, contentTemplate: { name: template, variables: { 1: 'x' } } },
      ];
      for (const message of messages) expect(problems(typed(await formOf(message)))).toEqual([]);
    },
  );
});
