import { FailureCatalogue, receiptFact } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import { sendgridFailures } from '../send/sendgrid.failures.ts';
import { SendgridEvent, toReceipt, withoutSuffix } from './sendgrid.receipts.policy.ts';

const failures = new FailureCatalogue('sendgrid', sendgridFailures);
const now = Date.parse('2026-11-23T12:00:05.500Z');

/** An event as SendGrid posts it, about hop 1 of m-1. */
const anEvent = (overrides: object = {}): SendgridEvent =>
  SendgridEvent.parse({
    event: 'delivered',
    email: 'ada@inbox.test',
    timestamp: Date.parse('2026-11-23T12:00:05Z') / 1000,
    sg_event_id: 'ZXZlbnQtMQ',
    sg_message_id: 'Xj5LmGvSRt2n34BA.recvd-6c9f4-1-5F5F.0',
    mi_message_id: 'm-1',
    mi_tenant: 'default',
    mi_lane: 'urgent',
    mi_hop: '2',
    mi_attempt: '1',
    mi_call_id: 'call-1',
    ...overrides,
  });
const reported = (overrides: object) => toReceipt(anEvent(overrides), failures, 'a key for the tests');

describe('a SendGrid event', () => {
  it('describes a bounce by its classification, in our own words', () => {
    expect(
      reported({ event: 'bounce', type: 'bounce', bounce_classification: 'Mailbox Unavailable' })!.failure,
    ).toMatchObject({ kind: 'transient', code: 'bounce_classification:Mailbox Unavailable' });
    expect(reported({ event: 'bounce', type: 'block' })!.failure).toMatchObject({ code: 'bounce:blocked' });
    expect(
      reported({ event: 'bounce', type: 'bounce', reason: '550 no such user ada@inbox.test' })!.failure,
    ).toMatchObject({ kind: 'bad-recipient', suppress: true });
  });

  it('returns the message’s reference, and never an address or the provider’s text', () => {
    const fact = receiptFact(
      reported({ event: 'bounce', type: 'bounce', reason: '550 no such user ada@inbox.test' })!,
      now,
    );
    expect(fact).toMatchObject({
      messageId: 'm-1',
      tenant: 'default',
      lane: 'urgent',
      hop: 2,
      attempt: 1,
      callId: 'call-1',
      providerMessageId: 'Xj5LmGvSRt2n34BA',
      source: 'receipt',
    });
    expect(JSON.stringify(fact)).not.toMatch(/ada@|no such user/);
  });

  it('has the same id when it is repeated under another event id, and a different one for another link', () => {
    const id = (event: object) => receiptFact(reported(event)!, now).eventId;
    expect(id({ sg_event_id: 'another' })).toBe(id({}));
    expect(id({ event: 'click', url: 'https://a.test' })).not.toBe(id({ event: 'click', url: 'https://b.test' }));
    expect(id({ email: 'bob@inbox.test' })).not.toBe(id({}));
  });

  it('happened at the latest moment that its whole-second time allows, and not after it arrived', () => {
    expect(receiptFact(reported({})!, now).at).toBe('2026-11-23T12:00:05.500Z');
    expect(receiptFact(reported({})!, now + 60_000).at).toBe('2026-11-23T12:00:05.999Z');
  });

  it('without a usable reference is identified by the provider’s message id alone', () => {
    const fact = receiptFact(reported({ mi_message_id: 'no spaces allowed' })!, now);
    expect(fact.messageId).toBeUndefined();
    expect(fact.providerMessageId).toBe('Xj5LmGvSRt2n34BA');
  });
});

describe('SendGrid’s message id', () => {
  it.each([
    ['Xj5LmGvSRt2n34BA.recvd-6c9f4-1-5F5F.0', 'Xj5LmGvSRt2n34BA'],
    ['LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0', 'LRzXl_NHStOGhQ4kofSm_A'],
    ['14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0', '14c5d75ce93.dfd.64b469'],
    ['Xj5LmGvSRt2n34BA', 'Xj5LmGvSRt2n34BA'],
  ])('%s begins with the id of the send', (full, id) => {
    expect(withoutSuffix(full)).toBe(id);
  });
});
