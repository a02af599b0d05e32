import type { LookupRequest } from '#libs/providers';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../src/email-message.ts';
import { aCall, lost, refused, type ResendAnswer, ResendServer, taken } from './resend-server.ts';

const resendServer = new ResendServer();
const aResend = resendServer.start.bind(resendServer);

afterEach(() => resendServer.stop());

describe('Resend whose response was lost', () => {
  it('gets the same bytes under the same key, even when the request was stored with its keys reordered', async () => {
    let answers: ResendAnswer[] = ['drop', taken];
    const resend = await aResend(() => answers.shift()!);
    const call = aCall('ada@inbox.test', { headers: { 'X-B': '2', 'X-A': '1' } });
    const result = await resend.send(call);
    const stored = { ...call, message: { ...call.message, headers: { 'X-A': '1', 'X-B': '2' } } };
    expect(await resend.lookup(lost(stored, result))).toEqual({ found: 'accepted', providerMessageId: 'id-1' });
    expect(resendServer.asked.map(({ key }) => key)).toEqual([call.reference.callId, call.reference.callId]);
    expect(resendServer.asked[1]!.text).toBe(resendServer.asked[0]!.text);
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
    ['the process died before it reported', (request) => ({ ...request, repeat: undefined })],
  ])('is never called again once %s, but only searched', async (_, changed) => {
    const resend = await aResend(({ method }) =>
      method === 'POST' ? 'drop' : { status: 200, body: { object: 'list', has_more: false, data: [] } },
    );
    const call = aCall('ada@inbox.test');
    const result = await resend.send(call);
    expect(await resend.lookup(changed(lost(call, result)))).toEqual({ found: 'absent' });
    expect(resendServer.asked.map(({ method }) => method)).toEqual(['POST', 'GET']);
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
    expect(resendServer.asked.map(({ path }) => path)).not.toContain('/emails/id-1');
  });

  it('cannot be searched with a key that may only send', async () => {
    const resend = await aResend(() => refused(401, 'restricted_api_key'));
    expect(await resend.lookup(lost(aCall('ada@inbox.test')))).toEqual({ found: 'unsupported' });
  });
});
