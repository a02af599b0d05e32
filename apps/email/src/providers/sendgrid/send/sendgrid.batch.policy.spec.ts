import { FailureCatalogue, receiptFact } from '#libs/providers';
import { recipientHash, type SuppressionChanged, SuppressionChanged as Schema } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { sorted } from './sendgrid.batch.policy.ts';
import { eventsOf } from '../webhook/sendgrid.events.policy.ts';
import { sendgridFailures } from './sendgrid.failures.ts';

const failures = new FailureCatalogue('sendgrid', sendgridFailures);
const hashKey = 'a key for the tests';
const ada = recipientHash(hashKey, 'ada@inbox.test');
const now = Date.parse('2026-11-23T12:00:10Z');

/** An event as SendGrid posts it; `undefined` removes a field. */
const anEvent = (parts: Record<string, unknown>) => ({
  email: 'ada@inbox.test',
  timestamp: 1_795_435_205,
  sg_event_id: 'ZXZlbnQtMQ',
  sg_message_id: 'Xj5LmGvSRt2n34BA.recvd-6c9f4-1-5F5F.0',
  'smtp-id': '<Xj5L@geopod-ismtpd-1>',
  mi_message_id: 'm-1',
  mi_tenant: 'acme',
  mi_hop: '1',
  mi_call_id: 'call-1',
  ...parts,
});
const read = (...events: unknown[]) => sorted(eventsOf(JSON.parse(JSON.stringify(events))), failures, hashKey, now);
const suppressed = (parts: Record<string, unknown>): SuppressionChanged | undefined => {
  const [word] = read(anEvent(parts)).suppressions;
  return word && 'suppress' in word ? Schema.parse(word.suppress) : undefined;
};

describe('the suppressions that follow from SendGrid’s events', () => {
  it.each([
    [
      'a hard bounce',
      { event: 'bounce', type: 'bounce', bounce_classification: 'Invalid Address' },
      'all',
      'hard-bounce',
    ],
    ['a bounce without a class', { event: 'bounce', type: 'bounce' }, 'all', 'hard-bounce'],
    ['a complaint', { event: 'spamreport' }, 'all', 'complaint'],
    ['an unsubscribe', { event: 'unsubscribe' }, 'marketing', 'unsubscribe'],
    ['leaving a group', { event: 'group_unsubscribe', asm_group_id: 7 }, 'group:sendgrid:7', 'unsubscribe'],
    [
      'leaving a group that we call a topic',
      { event: 'group_unsubscribe', asm_group_id: 7, mi_scope: 'topic:offers' },
      'topic:offers',
      'unsubscribe',
    ],
    ['leaving what nobody named', { event: 'group_unsubscribe', mi_scope: 'all\nof it' }, 'marketing', 'unsubscribe'],
    ['a drop for an earlier bounce', { event: 'dropped', reason: 'Bounced Address' }, 'all', 'hard-bounce'],
    ['a drop for an invalid address', { event: 'dropped', reason: 'Invalid' }, 'all', 'invalid'],
    ['a drop for an earlier complaint', { event: 'dropped', reason: 'Spam Reporting Address' }, 'all', 'complaint'],
    [
      'a drop for an earlier unsubscribe',
      { event: 'dropped', reason: 'Unsubscribed Address', asm_group_id: 7 },
      'group:sendgrid:7',
      'unsubscribe',
    ],
  ])('%s', (_, event, scope, reason) => {
    expect(suppressed(event)).toMatchObject({
      channel: 'email',
      recipient: ada,
      mask: 'a***@inbox.test',
      scope,
      reason,
      provider: 'sendgrid',
      source: 'receipt',
    });
  });

  it.each([
    ['a block', { event: 'bounce', type: 'blocked' }],
    ['a block under its other name', { event: 'bounce', type: 'block', bounce_classification: 'Reputation' }],
    ['a full mailbox', { event: 'bounce', type: 'bounce', bounce_classification: 'Mailbox Unavailable' }],
    ['content that was refused', { event: 'bounce', type: 'bounce', bounce_classification: 'Content' }],
    ['a drop for its content', { event: 'dropped', reason: 'Spam Content' }],
    ['a drop for a header', { event: 'dropped', reason: 'Invalid SMTPAPI header' }],
    ['a drop for the plan', { event: 'dropped', reason: 'Recipient List over Package Quota' }],
    ['a deferral', { event: 'deferred', response: '450 try later', attempt: '3' }],
    ['a delivery', { event: 'delivered' }],
    ['a complaint about nobody', { event: 'spamreport', email: undefined }],
  ])('do not follow from %s', (_, event) => expect(read(anEvent(event)).suppressions).toEqual([]));

  it('concern every tenant for an invalid address, and one tenant for an unsubscribe', () => {
    expect(suppressed({ event: 'bounce', type: 'bounce' })).not.toHaveProperty('tenant');
    for (const event of ['spamreport', 'unsubscribe', 'group_unsubscribe'])
      expect(suppressed({ event })).toMatchObject({ tenant: 'acme' });
  });

  it('are lifted when a recipient joins the group again, and the last event of a request counts', () => {
    const left = anEvent({ event: 'group_unsubscribe', asm_group_id: 7, timestamp: 1_795_435_100 });
    const joined = anEvent({ event: 'group_resubscribe', asm_group_id: 7, timestamp: 1_795_435_200 });
    const { suppressions, others } = read(joined, left);
    expect(suppressions).toEqual([
      expect.objectContaining({ suppress: expect.anything() }),
      {
        lift: {
          channel: 'email',
          recipient: ada,
          scope: 'group:sendgrid:7',
          at: new Date(1_795_435_200_000).toISOString(),
          tenant: 'acme',
        },
      },
    ]);
    expect(others).toEqual([]);
  });

  it('have the same id for a repeat under another event id', () => {
    expect(suppressed({ event: 'spamreport', sg_event_id: 'another' })!.eventId).toBe(
      suppressed({ event: 'spamreport' })!.eventId,
    );
  });
});

describe('a request of SendGrid’s webhook', () => {
  it('loses no event because of an invalid one', () => {
    const { receipts, others } = read(
      null,
      7,
      'text',
      { event: 3 },
      anEvent({ event: 'delivered', timestamp: 'soon', type: 5, reason: {}, sg_machine_open: 'yes' }),
      anEvent({ event: 'open' }),
    );
    expect(receipts.map(({ status }) => status)).toEqual(['delivered', 'opened']);
    expect(others).toHaveLength(4);
  });

  it('may be a single event, empty, or larger than any that SendGrid sends', () => {
    expect(
      sorted(eventsOf(anEvent({ event: 'bounce', type: 'bounce' })), failures, hashKey, now).receipts,
    ).toMatchObject([{ status: 'bounced' }]);
    expect(eventsOf([])).toEqual([]);
    expect(read(...Array.from({ length: 20_000 }, () => ({}))).others).toHaveLength(20_000);
  });

  it.each([
    ['is no object', 7, 'fields: it is no object'],
    ['has no kind', {}, 'event'],
    ['is about no message', { event: 'delivered' }, 'sg_message_id, and our reference among its custom arguments'],
    ['is about nobody', { event: 'group_resubscribe' }, 'email'],
    ['is of a kind that is new', { event: 'teleported' }, undefined],
  ])('keeps an event that %s as it was sent, and says what is missing', (_, given, lacks) => {
    expect(read(given).others).toMatchObject([{ given, ...(lacks !== undefined && { lacks }) }]);
    expect(read(given).others[0]!.lacks).toBe(lacks);
  });

  it.each([
    ['text', '1795435205'],
    ['milliseconds', 1_795_435_205_000],
    ['milliseconds as text', '1795435205000'],
    ['ISO 8601', '2026-11-23T12:00:05Z'],
  ])('reads a time in the form %s', (_, timestamp) => {
    expect(read(anEvent({ event: 'delivered', timestamp })).receipts).toMatchObject([
      { at: new Date('2026-11-23T12:00:05Z') },
    ]);
  });

  it('names the invalid fields, and uses the event without them', () => {
    const { odd, receipts } = read(
      anEvent({ event: 'bounce', type: {}, reason: ['x'], timestamp: 'soon', status: null, mine: {} }),
    );
    expect(receipts).toMatchObject([{ status: 'bounced' }]);
    expect(odd).toEqual([{ type: 'bounce', fields: ['timestamp', 'type', 'reason'] }]);
  });

  it('reads one category and several alike', () => {
    expect(
      read(anEvent({ event: 'delivered', category: 'a' }), anEvent({ event: 'delivered', category: ['a', 'b'] }))
        .receipts,
    ).toHaveLength(2);
  });

  it('keeps events that are unknown, about the account, or without a usable id', () => {
    const { others, receipts } = read(
      anEvent({ event: 'teleported' }),
      anEvent({ event: 'account_status_change', type: 'compliance_suspend' }),
      { event: 'delivered' },
    );
    expect(others.map(({ event }) => event?.event ?? 'none').sort()).toEqual([
      'account_status_change',
      'delivered',
      'teleported',
    ]);
    expect(receipts).toEqual([]);
  });

  it('assigns a late bounce without SendGrid’s id by our reference, and suppresses without either', () => {
    expect(read(anEvent({ event: 'bounce', type: 'bounce', sg_message_id: undefined })).receipts[0]).toMatchObject({
      providerMessageId: '',
      reference: { messageId: 'm-1' },
    });
    const nameless = read({ event: 'bounce', type: 'bounce', email: 'ada@inbox.test', timestamp: 1_795_435_205 });
    expect([nameless.receipts, nameless.suppressions, nameless.others].map(({ length }) => length)).toEqual([0, 1, 0]);
  });

  it('classifies a drop by its reason, and passes none of its text on', () => {
    const fact = (reason: string) => receiptFact(read(anEvent({ event: 'dropped', reason })).receipts[0]!, now);
    expect(fact('Bounced Address: ada@inbox.test')).toMatchObject({
      status: 'suppressed',
      failure: { code: 'dropped:Bounced Address' },
    });
    expect(fact('a new reason about ada@inbox.test')).toMatchObject({
      status: 'failed',
      failure: { code: 'dropped:another reason', unlisted: true },
    });
    expect(JSON.stringify(fact('a new reason about ada@inbox.test'))).not.toContain('ada@');
  });

  it('says which code the receiving server gave, and how often it was tried', () => {
    const reason = (parts: Record<string, unknown>) => read(anEvent(parts)).receipts[0]!.reason;
    expect(reason({ event: 'bounce', type: 'bounce', status: '5.1.1' })).toBe('The receiving server answered 5.1.1.');
    expect(reason({ event: 'bounce', type: 'bounce', status: '5.1.1 ada@inbox.test' })).toBeUndefined();
    expect(reason({ event: 'deferred', attempt: '3' })).toBe(
      'SendGrid has tried 4 times and goes on for up to 72 hours.',
    );
  });

  it('distinguishes clicks on one link at two times, and contains no address of the link', () => {
    const click = (index: number) =>
      receiptFact(
        read(
          anEvent({
            event: 'click',
            url: 'https://acme.test/?mail=ada@inbox.test',
            url_offset: { index, type: 'html' },
          }),
        ).receipts[0]!,
        now,
      );
    expect(click(0).eventId).not.toBe(click(1).eventId);
    expect(click(0).eventId).toBe(click(0).eventId);
    expect(JSON.stringify(click(0))).not.toContain('acme.test/');
  });
});
