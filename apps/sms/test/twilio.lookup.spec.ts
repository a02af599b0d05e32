import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TwilioAdapter } from '../src/providers/twilio/send/twilio.adapter.ts';
import type { SmsMessage } from '../src/sms-message.ts';

const account = `AC${'a'.repeat(32)}`;
const service = `MG${'b'.repeat(32)}`;
const noon = Date.UTC(2030, 0, 1, 12);
const message = {
  messageId: 'm-1',
  kind: 'sms',
  to: '+12025550123',
  from: '+15005550006',
  body: 'Your code is 1',
} as SmsMessage;

/** A text in Twilio's list. */
const aText = (sid: string, more: Record<string, unknown> = {}) => ({
  sid,
  to: '+12025550123',
  from: '+15005550006',
  messaging_service_sid: null,
  body: 'Your code is 1',
  num_media: '0',
  direction: 'outbound-api',
  date_created: new Date(noon).toUTCString().replace('GMT', '+0000'),
  status: 'sent',
  ...more,
});

describe('a text whose response was lost, searched in Twilio’s list', () => {
  let server: Server | undefined;
  let adapter: TwilioAdapter | undefined;
  let asked: string[];

  const close = async () => {
    await adapter?.onApplicationShutdown();
    server?.closeAllConnections();
    server?.close();
  };
  const aTwilio = async (pages: unknown[][], status = 200) => {
    await close();
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url!);
      const page = Number(new URL(request.url!, 'http://twilio').searchParams.get('Page') ?? 0);
      const next =
        page + 1 < pages.length
          ? `/2010-04-01/Accounts/${account}/Messages.json?To=%2B12025550123&PageSize=200` +
            `&Page=${page + 1}&PageToken=PASM${page}`
          : null;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          status === 200
            ? { messages: pages[page] ?? [], next_page_uri: next, page, page_size: 200 }
            : { code: 20003, message: 'no', status },
        ),
      );
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    adapter = new TwilioAdapter({
      TWILIO_ACCOUNT_SID: account,
      TWILIO_AUTH_TOKEN: 'secret',
      TWILIO_API_KEY_SID: undefined,
      TWILIO_API_KEY_SECRET: undefined,
      TWILIO_MESSAGING_SERVICE_SID: service,
      TWILIO_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      TWILIO_CONNECTIONS: 2,
      TWILIO_RATE_PER_S: undefined,
      TWILIO_TIMEOUT_MS: 1_000,
      PUBLIC_URL: 'https://sms.example.org',
    });
    return adapter;
  };
  const found = async (texts: unknown[], of: SmsMessage = message) => {
    const result = await (await aTwilio([texts])).lookup({ message: of, callId: 'c', since: noon });
    return result.found === 'candidates'
      ? result.candidates.map(({ providerMessageId }) => providerMessageId)
      : result.found;
  };

  afterEach(close);

  it('may be one to the same number from the same sender with the same body', async () => {
    expect(await found([aText('SM1'), aText('SM2')])).toEqual(['SM1', 'SM2']);
    expect(new URL(asked[0]!, 'http://twilio').searchParams.get('To')).toBe('+12025550123');
  });

  it.each([
    ['other words', { body: 'Your code is 2' }],
    ['another sender', { from: '+15005550009' }],
    ['a messaging service', { messaging_service_sid: service }],
    ['pictures', { num_media: '1' }],
    ['an answer from the recipient', { direction: 'inbound' }],
  ])('is never one with %s', async (_, more) => {
    expect(await found([aText('SM1', more)])).toBe('absent');
  });

  it('is found in WhatsApp’s spelling of its recipient', async () => {
    const ours: SmsMessage = { ...message, kind: 'whatsapp', to: '+525512345678' };
    const theirs = { to: 'whatsapp:+5215512345678', from: 'whatsapp:+15005550006' };
    expect(
      await found(
        [
          aText('SM1', theirs),
          aText('SM2', { ...theirs, to: 'whatsapp:+5215512345679' }),
          aText('SM3', { to: '+5215512345678' }),
        ],
        ours,
      ),
    ).toEqual(['SM1']);
  });

  it('is found by the messaging service where that chooses the number', async () => {
    const ours = { ...message, from: undefined };
    expect(await found([aText('SM1', { from: null, messaging_service_sid: service }), aText('SM2')], ours)).toEqual([
      'SM1',
    ]);
  });

  it('is found among WhatsApp’s own addresses', async () => {
    const ours: SmsMessage = { ...message, kind: 'whatsapp' };
    expect(
      await found([aText('SM1', { to: 'whatsapp:+12025550123', from: 'whatsapp:+15005550006' }), aText('SM2')], ours),
    ).toEqual(['SM1']);
  });

  it('is searched page by page, back to the time of the call and no further', async () => {
    const old = { date_created: new Date(noon - 3_600_000).toUTCString().replace('GMT', '+0000') };
    const twilio = await aTwilio([[aText('SM3')], [aText('SM2')], [aText('SM1', old)], [aText('SM0', old)]]);
    expect(await twilio.lookup({ message, callId: 'c', since: noon })).toMatchObject({
      candidates: [
        { providerMessageId: 'SM3', takenAt: noon },
        { providerMessageId: 'SM2' },
        { providerMessageId: 'SM1' },
      ],
    });
    expect(asked).toHaveLength(3);
  });

  it('cannot be searched when Twilio made its body, or when the key may not list', async () => {
    expect(
      await found([aText('SM1')], {
        ...message,
        body: undefined,
        contentTemplate: { name: 'HX1', variables: {} },
      } as SmsMessage),
    ).toBe('unsupported');
    expect(await (await aTwilio([], 403)).lookup({ message, callId: 'c', since: noon })).toEqual({
      found: 'unsupported',
    });
    expect(await (await aTwilio([], 500)).lookup({ message, callId: 'c', since: noon })).toEqual({ found: 'absent' });
  });
});
