import { describe, expect, it } from '@jest/globals';
import { recipientConcerned, referenceFields, returnedReference } from './call-reference.ts';

const reference = {
  messageId: 'm-1',
  tenant: 'acme',
  lane: 'urgent',
  hop: 2,
  attempt: 1,
  callId: 'c-1',
  recipientCount: 3,
  recipientHash: 'ab'.repeat(16),
  traceparent: '00-aa-bb-01',
} as const;

describe('the reference that a provider returns', () => {
  it('is returned as it was given', () => {
    expect(returnedReference(referenceFields(reference))).toEqual(reference);
  });

  it('consists of texts, under names of our own', () => {
    const fields = referenceFields({ messageId: 'm-1', tenant: 'acme', hop: 1 });
    expect(fields).toEqual({ mi_message_id: 'm-1', mi_tenant: 'acme', mi_hop: '1' });
  });

  it.each([
    ['is not there', {}],
    ['names no tenant', { mi_message_id: 'm-1' }],
    ['has an id that is none', { mi_message_id: 'm 1\r\n', mi_tenant: 'acme' }],
    ['is no text', { mi_message_id: { $gt: '' }, mi_tenant: 'acme' }],
  ])('is left out where it %s', (_, fields) => expect(returnedReference(fields)).toEqual({}));

  it('loses only the parts that are not valid', () => {
    const fields = {
      ...referenceFields(reference),
      mi_lane: 'express',
      mi_hop: '-1',
      mi_attempt: '1e3',
      mi_call_id: 'x'.repeat(100),
      mi_recipient_hash: 'ada@inbox.test',
    };
    expect(returnedReference(fields)).toMatchObject({
      messageId: 'm-1',
      tenant: 'acme',
      lane: undefined,
      hop: undefined,
      attempt: undefined,
      callId: 'x'.repeat(64),
    });
    expect(returnedReference(fields)).not.toHaveProperty('recipientHash');
  });
});

describe('the recipient of a webhook event', () => {
  const [own, other] = [
    { hash: 'ab'.repeat(16), mask: 'a***@inbox.test' },
    { hash: 'cd'.repeat(16), mask: 'b***@elsewhere.test' },
  ];

  it('is the one recipient of the message, without the mask of another address', () => {
    expect(recipientConcerned({ recipientHash: own.hash }, own)).toEqual(own);
    expect(recipientConcerned({ recipientHash: own.hash }, other)).toEqual({ hash: own.hash });
    expect(recipientConcerned({ recipientHash: own.hash }, undefined)).toEqual({ hash: own.hash });
  });

  it('is the address that the event names where the message had several recipients, or is unknown', () => {
    expect(recipientConcerned({ recipientCount: 2 }, other)).toEqual(other);
    expect(recipientConcerned({}, undefined)).toBeUndefined();
  });
});
