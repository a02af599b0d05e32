import { InboundReceived, SuppressionChanged, suppressionKey, type SuppressionPlace } from '#libs/contracts';
import { receiptFact } from '#libs/delivery';
import { describe, expect, it } from '@jest/globals';
import { engagementOf, keywordOf, suppressionOf, toInbound } from './twilio.inbound.policy.ts';

const key = 'a key for the tests';
const noon = '2030-01-01T12:00:00.000Z';
const params = { MessageSid: 'SM1', From: '+12025550123', To: '+15005550006', Body: 'Thanks', NumMedia: '0', NumSegments: '1' };
const inbound = (more: Record<string, string> = {}) => toInbound({ ...params, ...more }, key, noon)!;

describe('what a reply asks for', () => {
  it.each([
    ['STOP', 'stop'], [' stop\n', 'stop'], ['StopAll', 'stop'], ['UNSUBSCRIBE', 'stop'], ['cancel', 'stop'], ['END', 'stop'], ['quit', 'stop'], ['REVOKE', 'stop'], ['OPTOUT', 'stop'],
    ['START', 'start'], ['yes', 'start'], ['UNSTOP', 'start'], ['Help', 'help'], ['INFO', 'help'],
  ])('%j is %s', (Body, keyword) => {
    expect(keywordOf({ Body })).toBe(keyword);
  });

  it.each(['please stop it', 'stop!', 'constructor', ''])('%j is a reply as any other', (Body) => {
    expect(keywordOf({ Body })).toBeUndefined();
  });

  it('is Advanced Opt-Out’s own word, which knows other languages', () => {
    expect(keywordOf({ Body: 'ARRET', OptOutType: 'STOP' })).toBe('stop');
    expect(keywordOf({ Body: 'STOP', OptOutType: 'HELP' })).toBe('help');
  });
});

describe('a reply', () => {
  it('tells who wrote what, and is the same fact when it comes twice', () => {
    const reply = inbound({ MediaUrl0: 'https://api.twilio.com/m/1', MediaContentType0: 'image/png' });
    expect(InboundReceived.parse(reply)).toMatchObject({ kind: 'mms', from: '+12025550123', to: '+15005550006', body: 'Thanks', mediaUrls: ['https://api.twilio.com/m/1'], mediaTypes: ['image/png'], segments: 1, sender: { mask: '+1******0123' } });
    expect(inbound().eventId).toBe(toInbound(params, key, '2031-01-01T00:00:00Z')!.eventId);
    expect(toInbound({ Body: 'x' }, key, noon)).toBeUndefined();
  });

  it('on WhatsApp is of the same person, and tells what it answers and which button was pressed', () => {
    const reply = inbound({ From: 'whatsapp:+12025550123', To: 'whatsapp:+14155238886', OriginalRepliedMessageSid: 'SM9', ButtonText: 'Yes please', ButtonPayload: 'yes' });
    expect(reply).toMatchObject({ kind: 'whatsapp', from: '+12025550123', to: '+14155238886', inReplyTo: 'SM9', button: { text: 'Yes please', payload: 'yes' } });
    expect(reply.sender).toEqual(inbound().sender);
    const [fact] = engagementOf(reply).map((receipt) => receiptFact(receipt, 0));
    expect(fact).toMatchObject({ status: 'replied', providerMessageId: 'SM9', final: false });
  });

  const words = (params: Record<string, string>) => suppressionOf(inbound(params), key);
  const stopped = (params: Record<string, string>) => {
    const [word] = words(params);
    return SuppressionChanged.parse(word && 'suppress' in word ? word.suppress : undefined);
  };

  it('that says STOP suppresses what comes from that sender, without the number; START lifts it under the same key', () => {
    const stop = stopped({ Body: 'STOP' });
    expect(stop).toMatchObject({ channel: 'sms', scope: 'sender:+15005550006', reason: 'stop', source: 'inbound', mask: '+1******0123', provider: 'twilio' });
    expect(JSON.stringify(stop)).not.toContain('2025550123');
    const [lifted] = words({ Body: 'START' }) as [{ lift: SuppressionPlace & { at: string } }];
    expect(suppressionKey(lifted.lift)).toBe(suppressionKey(stop));
    expect(Date.parse(lifted.lift.at)).toBe(Date.parse(stop.at));
    expect([words({}), words({ Body: 'HELP' })]).toEqual([[], []]);
  });

  it('to a messaging service binds the service, and on WhatsApp the WhatsApp number', () => {
    const service = `MG${'0'.repeat(32)}`;
    expect(suppressionKey(stopped({ Body: 'STOP', MessagingServiceSid: service }))).toMatch(new RegExp(`^sms:[0-9a-f]{32}:sender:${service}$`));
    expect(suppressionKey(stopped({ Body: 'STOP', From: 'whatsapp:+12025550123', To: 'whatsapp:+14155238886' }))).toMatch(/:sender:whatsapp:\+14155238886$/);
  });

  it('that says STOP to a message of ours unsubscribes from it', () => {
    expect(engagementOf(inbound({ Body: 'STOP', OriginalRepliedMessageSid: 'SM9' })).map(({ status }) => status)).toEqual(['replied', 'unsubscribed']);
    expect(engagementOf(inbound({ Body: 'STOP' }))).toEqual([]);
  });
});
