import { recipientRef, SuppressionChanged } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { ResendEvent } from './resend.events.policy.ts';
import { listChangeOf } from './resend.suppressions.policy.ts';

const hashKey = 'a key for the tests';
const now = Date.parse('2026-11-23T12:00:09Z');
const ada = recipientRef(hashKey, 'ada@inbox.test');

/** As Resend posts it (resend.com/docs/webhooks/suppressions). */
const change = (type: string, data: object = {}, parts: object = {}) => {
  const entry = {
    id: 's-1',
    email: 'ada@inbox.test',
    origin: 'bounce',
    source_id: null,
    created_at: '2026-11-20T08:00:00.000Z',
    ...data,
  };
  return listChangeOf(
    ResendEvent.parse({ type, created_at: '2026-11-23T12:00:05.123Z', data: entry, ...parts }),
    hashKey,
    now,
  );
};
const added = (data: object = {}) => {
  const reported = change('suppression.added', data);
  return reported && 'added' in reported ? SuppressionChanged.parse(reported.added) : undefined;
};

describe('a change of Resend’s suppression list', () => {
  it.each([
    ['bounce', 'hard-bounce'],
    ['complaint', 'complaint'],
    ['manual', 'manual'],
    ['an origin that is new', 'manual'],
    [null, 'manual'],
  ])('that adds an address for %s suppresses it from then on, whatever message it is about', (origin, reason) => {
    expect(added({ origin })).toMatchObject({
      channel: 'email',
      recipient: ada.hash,
      mask: ada.mask,
      scope: 'all',
      reason,
      provider: 'resend',
      source: 'receipt',
      at: '2026-11-20T08:00:00.000Z',
    });
    expect(added({ origin })).not.toHaveProperty('tenant');
  });

  it('that removes somebody withdraws it at the time of the removal, not of the entry', () => {
    expect(change('suppression.removed')).toEqual({
      removed: expect.objectContaining({
        recipient: ada.hash,
        scope: 'all',
        provider: 'resend',
        at: '2026-11-23T12:00:05.123Z',
      }),
    });
  });

  it('reads an address in its display form, and times as the API writes them', () => {
    expect(added({ email: 'Ada <ada@inbox.test>', created_at: '2026-11-20 08:00:00.5+00' })).toMatchObject({
      recipient: ada.hash,
      at: '2026-11-20T08:00:00.500Z',
    });
  });

  it('without a time, or with an impossible one, happened now', () => {
    expect(change('suppression.removed', {}, { created_at: null })).toMatchObject({
      removed: { at: '2026-11-23T12:00:09.000Z' },
    });
    expect(added({ created_at: '2031-01-01T00:00:00Z' })).toMatchObject({ at: '2026-11-23T12:00:09.000Z' });
  });

  it('that names no address, and an event about something else, is none', () => {
    expect([change('suppression.added', { email: null }), change('contact.created')]).toEqual([undefined, undefined]);
  });

  it('has the same id when it is repeated', () => {
    expect(added()!.eventId).toBe(added()!.eventId);
    expect(added({ email: 'bob@inbox.test' })!.eventId).not.toBe(added()!.eventId);
  });
});
