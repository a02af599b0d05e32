import { holdKey, routeKey } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { type KnownHold, stateOf } from './key.policy.ts';

const noon = Date.parse('2030-01-31T12:00:00Z');
const key = routeKey('email', [
  { provider: 'sendgrid', account: 's' },
  { provider: 'resend', account: 'r' },
]);
const text = routeKey('sms', [{ provider: 'twilio', account: 't', sender: '+12025550100' }]);

const held = (provider: string, account: string, scope = 'all', channel: 'email' | 'sms' = 'email', forMs = 60_000) =>
  [holdKey({ channel, provider, account, scope }), { heldAt: noon - 1_000, until: noon + forMs }] as const;
const stateWith = (of: string, ...holds: (readonly [string, KnownHold])[]) => stateOf(of, new Map(holds), noon);

describe('What parked messages wait for', () => {
  it('is open as long as one candidate is not held', () => {
    expect(stateWith(key).isOpen).toBe(true);
    expect(stateWith(key, held('sendgrid', 's')).isOpen).toBe(true);
    expect(stateWith(key, held('sendgrid', 's'), held('resend', 'r')).isOpen).toBe(false);
  });

  it('is open once a hold is over: one call then shows whether it was enough', () => {
    expect(stateWith(key, held('sendgrid', 's'), held('resend', 'r', 'all', 'email', 0)).isOpen).toBe(true);
  });

  it.each([
    ['of another account', held('resend', 'other')],
    ['of another channel', held('resend', 'r', 'all', 'sms')],
    ['of a sender that it does not name', held('resend', 'r', 'sender:a@b.test')],
  ])('is not closed by a hold %s', (_, other) => {
    expect(stateWith(key, held('sendgrid', 's'), other).isOpen).toBe(true);
  });

  it('is closed by a hold of its sender, and by one of the whole account', () => {
    expect(stateWith(text).isOpen).toBe(true);
    expect(stateWith(text, held('twilio', 't', 'sender:+12025550100', 'sms')).isOpen).toBe(false);
    expect(stateWith(text, held('twilio', 't', 'all', 'sms')).isOpen).toBe(false);
    expect(stateWith(text, held('twilio', 't', 'sender:+12025550199', 'sms')).isOpen).toBe(true);
  });

  it('says when a candidate was held last, over or not', () => {
    expect(stateWith(key).heldAt).toBeUndefined();
    expect(stateWith(key, held('sendgrid', 's', 'all', 'email', -5)).heldAt).toBe(noon - 1_000);
  });

  it.each(['control:email', 'route:', 'route:{}', 'route:[1'])(
    'is not open where its key is not understood (%s): its messages go when their longest wait is over',
    (unknown) => {
      expect(stateWith(unknown).isOpen).toBe(false);
    },
  );
});
