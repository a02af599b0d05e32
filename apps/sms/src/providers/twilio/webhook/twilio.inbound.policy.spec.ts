import {
  InboundReceived,
  recipientHash,
  SmsRequested,
  SuppressionChanged,
  suppressionKey,
  type SuppressionSlot,
} from '#libs/contracts';
import { receiptFact } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { keywordsFrom } from '../../../reply/keywords.policy.ts';
import { engagementOf, keywordOf, suppressionOf, toInbound } from './twilio.inbound.policy.ts';

const key = 'a key for the tests';
const noon = '2030-01-01T12:00:00.000Z';
const params = {
  MessageSid: 'SM1',
  From: '+12025550123',
  To: '+15005550006',
  Body: 'Thanks',
  NumMedia: '0',
  NumSegments: '1',
};
const keywords = keywordsFrom(undefined);
const reading = { hashKey: key, keywords, now: noon };
const inbound = (more: Record<string, string> = {}) => toInbound({ ...params, ...more }, reading)!;

describe('the request in a reply', () => {
  it('is the whole text as a keyword', () => {
    expect(keywordOf({ Body: ' Stop\n' }, keywords)).toEqual({ keyword: 'stop', inferred: false });
    expect(keywordOf({ Body: 'Thanks' }, keywords)).toBeUndefined();
  });

  it('follows Advanced Opt-Out, which knows the settings of the account', () => {
    expect(keywordOf({ Body: 'RAUS', OptOutType: 'STOP' }, keywords)).toEqual({ keyword: 'stop', inferred: false });
    expect(keywordOf({ Body: 'STOP', OptOutType: 'HELP' }, keywords)).toEqual({ keyword: 'help', inferred: false });
    expect(keywordOf({ Body: 'STOP', OptOutType: 'constructor' }, keywords)).toEqual({
      keyword: 'stop',
      inferred: false,
    });
  });
});

describe('a reply', () => {
  it('contains sender and text, and is the same fact when it arrives twice', () => {
    const reply = inbound({ MediaUrl0: 'https://api.twilio.com/m/1', MediaContentType0: 'image/png' });
    expect(InboundReceived.parse(reply)).toMatchObject({
      kind: 'mms',
      from: '+12025550123',
      to: '+15005550006',
      body: 'Thanks',
      mediaUrls: ['https://api.twilio.com/m/1'],
      mediaTypes: ['image/png'],
      segments: 1,
      sender: { mask: '+1******0123' },
    });
    expect(inbound().eventId).toBe(toInbound(params, { ...reading, now: '2031-01-01T00:00:00Z' })!.eventId);
    expect(toInbound({ Body: 'x' }, reading)).toBeUndefined();
  });

  it('on WhatsApp is from the same person, and says which message it answers and which button was pressed', () => {
    const reply = inbound({
      From: 'whatsapp:+12025550123',
      To: 'whatsapp:+14155238886',
      OriginalRepliedMessageSid: 'SM9',
      ButtonText: 'Yes please',
      ButtonPayload: 'yes',
    });
    expect(reply).toMatchObject({
      kind: 'whatsapp',
      from: '+12025550123',
      to: '+14155238886',
      inReplyTo: 'SM9',
      button: { text: 'Yes please', payload: 'yes' },
    });
    expect(reply.sender).toEqual(inbound().sender);
    const [fact] = engagementOf(reply).map((receipt) => receiptFact(receipt, 0));
    expect(fact).toMatchObject({ status: 'replied', providerMessageId: 'SM9', final: false });
  });

  const words = (more: Record<string, string>) => suppressionOf({ ...params, ...more }, inbound(more));
  const stopped = (params: Record<string, string>) => {
    const [word] = words(params);
    return SuppressionChanged.parse(word && 'suppress' in word ? word.suppress : undefined);
  };

  it('with STOP suppresses that sender’s messages without the number in it; START lifts it under the same key', () => {
    const stop = stopped({ Body: 'STOP' });
    expect(stop).toMatchObject({
      channel: 'sms',
      scope: 'sender:+15005550006',
      reason: 'stop',
      source: 'inbound',
      mask: '+1******0123',
      provider: 'twilio',
    });
    expect(JSON.stringify(stop)).not.toContain('2025550123');
    const [lifted] = words({ Body: 'START' }) as [{ lift: SuppressionSlot & { at: string } }];
    expect(suppressionKey(lifted.lift)).toBe(suppressionKey(stop));
    expect(Date.parse(lifted.lift.at)).toBe(Date.parse(stop.at));
    expect([words({}), words({ Body: 'HELP' })]).toEqual([[], []]);
  });

  it('to a number of a messaging service suppresses the number and the service, and START lifts both', () => {
    const service = `MG${'0'.repeat(32)}`;
    const scopes = (more: Record<string, string>) =>
      words(more).map((word) => ('suppress' in word ? word.suppress.scope : word.lift.scope));
    expect(scopes({ Body: 'STOP', MessagingServiceSid: service })).toEqual([
      'sender:+15005550006',
      `sender:${service}`,
    ]);
    expect(scopes({ Body: 'START', MessagingServiceSid: service })).toEqual([
      'sender:+15005550006',
      `sender:${service}`,
    ]);
    expect(
      scopes({
        Body: 'STOP',
        From: 'whatsapp:+12025550123',
        To: 'whatsapp:+14155238886',
        MessagingServiceSid: service,
      }),
    ).toEqual(['sender:whatsapp:+14155238886', `sender:${service}`]);
  });

  it('that opts out in a sentence suppresses as well, marked as inferred', () => {
    expect(inbound({ Body: 'Please stop texting me!' })).toMatchObject({ keyword: 'stop', inferred: true });
    expect(stopped({ Body: 'Please stop texting me!' })).toMatchObject({
      reason: 'stop',
      inferred: true,
      note: expect.stringContaining('Inferred'),
    });
    expect(inbound({ Body: 'STOP' })).not.toHaveProperty('inferred');
    expect(stopped({ Body: 'STOP' })).not.toHaveProperty('inferred');
  });

  it('over RCS is from the person with that number, to the agent', () => {
    const reply = inbound({ From: 'rcs:+12025550123', To: 'rcs:shop_agent' });
    expect(InboundReceived.parse(reply)).toMatchObject({
      kind: 'rcs',
      from: '+12025550123',
      to: 'shop_agent',
      sender: inbound().sender,
    });
    expect(stopped({ From: 'rcs:+12025550123', To: 'rcs:shop_agent', Body: 'STOP' })).toMatchObject({
      recipient: inbound().sender!.hash,
      scope: 'sender:rcs:shop_agent',
    });
  });

  it.each(['xyz:+12025550123', 'messenger:12025550123'])(
    'with an unknown prefix is kept under its own name, and is not read as a phone number: %s',
    (From) => {
      const reply = inbound({ From, To: 'xyz:ours', NumMedia: '1', MediaUrl0: 'https://api.twilio.com/m/1' });
      expect(InboundReceived.parse(reply)).toMatchObject({ kind: From.split(':')[0], from: From, to: 'xyz:ours' });
      expect(reply.sender!.hash).not.toBe(inbound().sender!.hash);
      expect(stopped({ From, To: 'xyz:ours', Body: 'STOP' })).toMatchObject({
        recipient: reply.sender!.hash,
        scope: 'sender:xyz:ours',
      });
    },
  );

  it.each(getCountries().flatMap((country) => getExampleNumber(country, examples)?.number ?? []))(
    'that stops texts to %s stops them in every spelling that a request may have, as its answer may',
    (number) => {
      for (const kind of ['sms', 'whatsapp'] as const) {
        for (const reported of asProvidersSpell(number)) {
          const reply = inbound({ From: kind === 'whatsapp' ? `whatsapp:${reported}` : reported, Body: 'STOP' });
          const [word] = suppressionOf({ To: '+15005550006' }, reply);
          const answer = SmsRequested.parse({ messageId: 'm-1', kind, to: reply.from, body: 'x' });
          if (kind === 'whatsapp') expect(answer.to).toBe(reported);
          for (const to of [answer.to, ...asProvidersSpell(number)]) {
            const request = SmsRequested.parse({ messageId: 'm-1', kind, to, body: 'x' });
            expect(recipientHash(key, request.to)).toBe(word && 'suppress' in word && word.suppress.recipient);
          }
        }
      }
    },
  );

  it('with STOP in answer to a message of ours unsubscribes from it', () => {
    expect(
      engagementOf(inbound({ Body: 'STOP', OriginalRepliedMessageSid: 'SM9' })).map(({ status }) => status),
    ).toEqual(['replied', 'unsubscribed']);
    expect(engagementOf(inbound({ Body: 'STOP' }))).toEqual([]);
  });
});

/** The number, and its spellings on WhatsApp and in old address books of some countries. */
function asProvidersSpell(number: string): string[] {
  const pairs: [RegExp, string][] = [
    [/^\+52(\d{10})$/, '+521$1'],
    [/^\+549(\d{10})$/, '+54$1'],
    [/^\+55(\d\d)9(\d{8})$/, '+55$1$2'],
    [/^\+22901(\d{8})$/, '+229$1'],
  ];
  return [number, ...pairs.flatMap(([from, to]) => (from.test(number) ? [number.replace(from, to)] : []))];
}
