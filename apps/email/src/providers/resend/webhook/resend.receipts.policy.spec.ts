import { FailureCatalogue, referenceFields, toTags, forbiddenByReceipt, receiptFact } from '#libs/providers';
import { recipientRef, SuppressionChanged } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { resendFailures } from '../send/resend.failures.ts';
import { ResendEvent } from './resend.events.policy.ts';
import { toReceipts } from './resend.receipts.policy.ts';

const failures = new FailureCatalogue('resend', resendFailures);
const hashKey = 'a key for the tests';
const now = Date.parse('2026-11-23T12:00:09Z');
const reference = {
  messageId: 'order:4711.a_b',
  tenant: 'default',
  lane: 'urgent',
  hop: 2,
  attempt: 1,
  callId: 'call-1',
};
const tags = Object.fromEntries(toTags(referenceFields(reference)).map(({ name, value }) => [name, value]));

/** An event as Resend posts it, about hop 2 of a message whose id must be encoded for a tag. */
const anEvent = (type: string, data: object = {}): ResendEvent =>
  ResendEvent.parse({
    type,
    created_at: '2026-11-23T12:00:05.123Z',
    data: {
      email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
      created_at: '2026-11-23T12:00:01Z',
      from: 'no-reply@messaging.test',
      to: ['ada@inbox.test'],
      subject: 'Hello',
      tags,
      ...data,
    },
  });
const reported = (type: string, data: object = {}) => toReceipts(anEvent(type, data), failures, hashKey);
const fact = (type: string, data: object = {}) => receiptFact(reported(type, data)[0]!, now);

describe('a webhook of Resend', () => {
  it.each([
    'email.received',
    'contact.created',
    'domain.updated',
    'suppression.added',
    'topic.created',
    'email.teleported',
  ])('%s is not about a message of ours', (type) => {
    expect(reported(type)).toEqual([]);
  });

  it.each([
    ['Permanent', 'General', { kind: 'bad-recipient', suppress: true }],
    ['Permanent', 'SomethingNew', { kind: 'bad-recipient', suppress: true, code: 'bounced:Permanent/General' }],
    ['Transient', 'MailboxFull', { kind: 'transient' }],
    ['Transient', 'ContentRejected', { kind: 'bad-content' }],
    ['Undetermined', 'Undetermined', { kind: 'unknown', retry: 'never' }],
  ])('describes a bounce %s/%s in our own words', (type, subType, failure) => {
    expect(reported('email.bounced', { bounce: { type, subType } })[0]!.failure).toMatchObject(failure);
  });

  it.each<[string, object, object | undefined]>([
    [
      'email.bounced',
      { bounce: { type: 'Permanent', subType: 'General' } },
      { scope: 'all', reason: 'hard-bounce', everyTenant: true },
    ],
    ['email.bounced', { bounce: { type: 'Transient', subType: 'MailboxFull' } }, undefined],
    [
      'email.suppressed',
      { suppressed: { type: 'OnAccountSuppressionList', reason: 'previous_bounce' } },
      { reason: 'hard-bounce' },
    ],
    [
      'email.suppressed',
      { suppressed: { type: 'OnAccountSuppressionList', reason: 'previous_complaint' } },
      { reason: 'complaint', everyTenant: false },
    ],
    ['email.complained', {}, { scope: 'all', reason: 'complaint' }],
    ['email.delivered', {}, undefined],
  ])('%s %j says whether its recipient is suppressed', (type, data, forbids) => {
    const [receipt] = reported(type, data);
    if (forbids) expect(receipt!.forbids).toMatchObject(forbids);
    else expect(receipt!.forbids).toBeUndefined();
    const [suppression] = forbiddenByReceipt(receipt!, fact(type, data));
    expect(suppression && SuppressionChanged.parse(suppression)).toEqual(
      forbids &&
        expect.objectContaining({
          ...suppression,
          recipient: recipientRef(hashKey, 'ada@inbox.test').hash,
          eventId: fact(type, data).eventId,
        }),
    );
    expect(suppression?.tenant).toBe(receipt!.forbids && !receipt!.forbids.everyTenant ? 'default' : undefined);
  });

  it('returns the message’s reference, whatever its id, and never an address or the provider’s text', () => {
    const bounce = {
      type: 'Permanent',
      subType: 'General',
      message: '550 no such user ada@inbox.test',
      diagnosticCode: ['smtp; 550 ada@inbox.test'],
    };
    expect(fact('email.bounced', { bounce })).toMatchObject({
      ...reference,
      source: 'receipt',
      at: '2026-11-23T12:00:05.123Z',
    });
    expect(JSON.stringify(fact('email.bounced', { bounce }))).not.toMatch(/ada@|no such user/);
  });

  it('finds the reference in our header where the tags are missing', () => {
    const headers = [
      { name: 'x-messaging-reference', value: new URLSearchParams(referenceFields(reference)).toString() },
    ];
    expect(fact('email.delivered', { tags: {}, headers })).toMatchObject(reference);
    expect(fact('email.delivered', { tags: {} }).messageId).toBeUndefined();
  });

  it('that names several recipients is a receipt for each, by the address without its display name', () => {
    const receipts = reported('email.delivered', { to: ['Ada <ada@inbox.test>', 'bob@inbox.test'] });
    expect(receipts.map(({ recipient }) => recipient)).toEqual([
      recipientRef(hashKey, 'ada@inbox.test'),
      recipientRef(hashKey, 'bob@inbox.test'),
    ]);
  });

  it('has the same id when it is repeated, and a different one for another link, recipient or time', () => {
    const id = (type: string, data: object = {}) => fact(type, data).eventId;
    expect(id('email.clicked', { click: { link: 'https://a.test' } })).toBe(
      id('email.clicked', { click: { link: 'https://a.test' } }),
    );
    expect(id('email.clicked', { click: { link: 'https://a.test' } })).not.toBe(
      id('email.clicked', { click: { link: 'https://b.test' } }),
    );
    expect(id('email.delivered', { to: ['bob@inbox.test'] })).not.toBe(id('email.delivered'));
  });
});
