import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { admit } from '../src/accept/admit.policy.ts';
import { eventsFor } from '../src/publish/events.policy.ts';
import { quietSettings } from '../src/quiet/quiet-hours.config.ts';
import { QuietHours } from '../src/quiet/quiet-hours.ts';
import { aDelivery } from './builders/a-delivery.ts';

const quietHours = new QuietHours(z.object(quietSettings).parse({}).QUIET_HOURS, 'sms');
const night = Date.parse('2026-01-15T05:00:00Z');
const morning = '2026-01-15T13:00:00.000Z';
const addressee = { category: 'marketing', country: 'US', timeZone: 'America/New_York' } as const;
const aText = (expiresAt = '2026-01-16T05:00:00Z') =>
  aDelivery({ channel: 'sms', lane: 'bulk', addressee, position: 41, expiresAt: new Date(expiresAt) });

describe('a message during quiet hours', () => {
  it('waits until they are over, says by which rule, and goes with others of its key in order', () => {
    const outcome = admit(aText(), night, quietHours)!;
    expect(outcome).toMatchObject({ kind: 'waiting', until: morning });
    const { facts, deferred } = eventsFor(aText(), outcome);
    expect(facts).toMatchObject([
      {
        status: 'scheduled',
        nextAt: morning,
        reason: expect.stringMatching(/^Quiet hours until .*by rule us-marketing/),
      },
    ]);
    expect(deferred).toMatchObject({ why: 'waiting', until: morning, inOrder: true, position: 41 });
  });

  it('says at once that it expires before they are over, and expires only then', () => {
    const text = aText('2026-01-15T09:00:00Z');
    expect(admit(text, night, quietHours)).toMatchObject({
      kind: 'waiting',
      reason: expect.stringContaining('It expires before that.'),
    });
    expect(admit(text, Date.parse('2026-01-15T08:59:59Z'), quietHours)).toMatchObject({ kind: 'waiting' });
    expect(admit(text, Date.parse('2026-01-15T09:00:00Z'), quietHours)).toMatchObject({ kind: 'expired' });
  });

  it('goes at once when they are over, and where nothing is known of the recipient', () => {
    expect(admit(aText(), Date.parse(morning), quietHours)).toBeUndefined();
    expect(
      admit(aDelivery({ channel: 'sms', lane: 'bulk', expiresAt: new Date(morning) }), night, quietHours),
    ).toBeUndefined();
  });
});
