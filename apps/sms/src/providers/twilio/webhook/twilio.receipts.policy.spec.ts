import { FailureCatalogue, receiptFact } from '#libs/providers';
import { anSmsRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { SmsMessage } from '../../../sms-message.ts';
import { twilioFailures } from '../send/twilio.failures.ts';
import { lacking, redacted, toReceipt } from './twilio.receipts.policy.ts';
import { toMessageCreate } from '../send/twilio.request.policy.ts';

const failures = new FailureCatalogue('twilio', twilioFailures);
const query = { mi_message_id: 'm-1', mi_tenant: 'default', mi_hop: '1', mi_attempt: '1', mi_call_id: 'call-1' };
const reported = (params: Record<string, string>) =>
  toReceipt(
    { MessageSid: 'SM0123', To: '+12025550123', From: '+15005550006', ...params },
    query,
    failures,
    'a key for the tests',
  );

describe('a Twilio status callback', () => {
  it('describes a failure by Twilio’s code, and an unknown code as far as possible', () => {
    expect(reported({ MessageStatus: 'undelivered', ErrorCode: '30007' })!.failure).toMatchObject({
      code: '30007',
      kind: 'bad-content',
    });
    expect(reported({ MessageStatus: 'failed', ErrorCode: '39999' })!.failure).toMatchObject({
      code: '39999',
      unlisted: true,
    });
    expect(reported({ MessageStatus: 'undelivered' })!.failure).toMatchObject({ code: 'MSG_UNDELIVERED' });
  });

  it.each<[string, Record<string, string>, object | undefined]>([
    ['a landline', { MessageStatus: 'undelivered', ErrorCode: '30006' }, { scope: 'all', reason: 'invalid' }],
    [
      'a recipient who has blocked the sender',
      { MessageStatus: 'failed', ErrorCode: '63014' },
      { scope: ['sender:+15005550006'], reason: 'stop' },
    ],
    [
      'one who has blocked a number of a messaging service',
      { MessageStatus: 'failed', ErrorCode: '63014', MessagingServiceSid: 'MG1' },
      { scope: ['sender:+15005550006', 'sender:MG1'] },
    ],
    [
      'one who has blocked an agent of RCS',
      { MessageStatus: 'failed', ErrorCode: '63014', From: 'rcs:shop_agent', To: 'rcs:+12025550123' },
      { scope: ['sender:rcs:shop_agent'] },
    ],
    [
      'somebody whom RCS does not know',
      { MessageStatus: 'failed', ErrorCode: '63024', To: 'rcs:+12025550123' },
      { scope: 'kind:rcs' },
    ],
    [
      'somebody whom WhatsApp does not know',
      { MessageStatus: 'failed', ErrorCode: '63024', To: 'whatsapp:+12025550123' },
      { scope: 'kind:whatsapp', reason: 'invalid' },
    ],
    ['a carrier’s filter', { MessageStatus: 'undelivered', ErrorCode: '30007' }, undefined],
  ])('about %s has the right scope of suppression', (_, params, forbids) => {
    expect(reported(params)!.forbids).toEqual(forbids && expect.objectContaining(forbids));
  });

  it('that the reason lies with the sender revokes a text that has another left, and ends one that has none', () => {
    const says = (ErrorCode: string, resendPlan: string | undefined, MessageStatus = 'undelivered') => {
      const address = { ...query, ...(resendPlan !== undefined && { mi_resend_plan: resendPlan }) };
      const receipt = toReceipt(
        { MessageSid: 'SM0123', MessageStatus, ErrorCode, To: '+12025550123', From: '+15005550006' },
        address,
        failures,
        'a key for the tests',
      )!;
      return [receipt.status, receipt.final];
    };
    for (const code of ['30007', '30032', '30034', '30018']) {
      expect(says(code, 'sender')).toEqual(['retrying', false]);
      expect(says(code, 'template.sender')).toEqual(['retrying', false]);
      expect(says(code, undefined)).toEqual(['bounced', true]);
      expect(says(code, 'template')).toEqual(['bounced', true]);
    }
    // The recipient's side is the same for every sender.
    for (const code of ['30003', '30005', '30006']) expect(says(code, 'sender')).toEqual(['bounced', true]);
    expect(says('30018', 'sender', 'delivered')).toEqual(['delivered', true]);
  });

  it('that WhatsApp’s window is closed revokes a text that can be resent as a template, and ends one without', () => {
    const addressOf = (resendPlan: boolean) => {
      const message: SmsMessage = {
        ...anSmsRequest({ kind: 'whatsapp' }),
        kind: 'whatsapp',
        from: '+14155238886',
        ...(resendPlan && { resendPlan: true }),
      };
      const reference = {
        messageId: 'm-1',
        tenant: 'default',
        lane: 'transactional' as const,
        hop: 1,
        attempt: 1,
        callId: 'call-1',
        traceparent: undefined,
        recipientCount: undefined,
      };
      return Object.fromEntries(
        new URL(toMessageCreate(message, reference, 'https://sms.example.org', undefined, 0).statusCallback)
          .searchParams,
      );
    };
    const shut = { MessageSid: 'SM0123', To: 'whatsapp:+12025550123', MessageStatus: 'failed', ErrorCode: '63016' };
    const says = (params: Record<string, string>, resendPlan: boolean) =>
      toReceipt(params, addressOf(resendPlan), failures, 'k');
    expect(says(shut, true)).toMatchObject({
      status: 'retrying',
      final: false,
      failure: { code: '63016' },
      reference: { messageId: 'm-1', hop: 1 },
    });
    expect(says(shut, false)).toMatchObject({ status: 'failed', final: true, failure: { code: '63016' } });
    expect(says({ ...shut, ErrorCode: '63024' }, true)).toMatchObject({ status: 'failed', final: true });
    expect(says({ ...shut, MessageStatus: 'sent' }, true)).toMatchObject({ status: 'sent', final: false });
  });

  it('has the same id when it is repeated, though Twilio states no time, and another id for another code', () => {
    const id = (params: Record<string, string>, now: number) => receiptFact(reported(params)!, now).eventId;
    expect(id({ MessageStatus: 'delivered' }, 1_000)).toBe(id({ MessageStatus: 'delivered' }, 9_000_000));
    expect(id({ MessageStatus: 'undelivered', ErrorCode: '30003' }, 0)).not.toBe(
      id({ MessageStatus: 'undelivered', ErrorCode: '30005' }, 0),
    );
  });

  it('contains no number: a WhatsApp recipient is the same person as on SMS', () => {
    const [sms, whatsapp] = [
      reported({ MessageStatus: 'sent' })!,
      reported({ MessageStatus: 'sent', To: 'whatsapp:+12025550123' })!,
    ];
    expect(whatsapp.recipient).toEqual(sms.recipient);
    expect(JSON.stringify(receiptFact(sms, 0))).not.toContain('2025550123');
  });

  it('is ignored with an unknown status, without a status, or where it identifies no message', () => {
    expect(reported({ MessageStatus: 'teleported' })).toBeUndefined();
    expect(lacking({ MessageStatus: 'teleported', MessageSid: 'SM1' }, {})).toBeUndefined();
    expect([toReceipt({ MessageSid: 'SM1' }, query, failures, 'k'), lacking({ MessageSid: 'SM1' }, query)]).toEqual([
      undefined,
      'MessageStatus',
    ]);
    expect(toReceipt({ MessageStatus: 'sent' }, {}, failures, 'k')).toBeUndefined();
    expect(lacking({ MessageStatus: 'sent' }, {})).toMatch(/^MessageSid, and our reference/);
  });

  it('is read by the names of Twilio’s older API, or by the reference in its URL alone', () => {
    expect(toReceipt({ SmsSid: 'SM1', SmsStatus: 'delivered' }, {}, failures, 'k')).toMatchObject({
      status: 'delivered',
      providerMessageId: 'SM1',
    });
    expect(toReceipt({ MessageStatus: 'undelivered' }, query, failures, 'k')).toMatchObject({
      status: 'bounced',
      reference: { messageId: 'm-1', hop: 1 },
    });
  });

  it('whose code is no number reports the status without it', () => {
    expect(reported({ MessageStatus: 'undelivered', ErrorCode: '[object Object]' })).toMatchObject({
      event: 'undelivered',
      failure: { code: 'MSG_UNDELIVERED' },
    });
  });

  it('reports a channel’s own reason of a failure without what could name a person', () => {
    const ChannelStatusMessage = 'Message to +1 (202) 555-0123 / ada@inbox.test failed: 131047 re-engagement';
    expect(reported({ MessageStatus: 'failed', ErrorCode: '63016', ChannelStatusMessage })).toMatchObject({
      reason: 'Message to … / … failed: … re-engagement',
      failure: { code: '63016' },
    });
    expect(reported({ MessageStatus: 'delivered', ChannelStatusMessage })).not.toHaveProperty('reason');
    expect(redacted('x'.repeat(500))).toHaveLength(200);
    expect(redacted('x'.repeat(199) + '😀')).toBe('x'.repeat(199));
  });
});
