import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../errors.ts';
import { endOf, filterOf, targetOf } from './order.ts';

const noon = Date.parse('2030-01-31T12:00:00Z');

describe('What is asked of pause, resume and cancel', () => {
  it.each([
    ['provider', 'resend', {}, { kind: 'provider', channel: 'email', provider: 'resend' }],
    ['provider', 'twilio', {}, { kind: 'provider', channel: 'sms', provider: 'twilio' }],
    ['channel', 'sms', {}, { kind: 'channel', channel: 'sms' }],
    ['lane', 'bulk', {}, { kind: 'lane', lane: 'bulk' }],
    ['lane', 'bulk', { channel: 'email' }, { kind: 'lane', lane: 'bulk', channel: 'email' }],
    ['tenant', 'shop', {}, { kind: 'tenant', tenant: 'shop' }],
    ['template', 'welcome', {}, { kind: 'template', template: 'welcome' }],
  ])('is understood: %s %s %j', (kind, name, values, target) => expect(targetOf(kind, name, values)).toEqual(target));

  it.each([
    ['country', 'us', /no country to pause/],
    ['provider', 'sengrid', /no provider sengrid\. There are .*sendgrid/],
    ['channel', 'fax', /no channel fax/],
    ['lane', 'fast', /no lane fast/],
  ])('is refused with what there is: %s %s', (kind, name, says) =>
    expect(() => targetOf(kind, name, {})).toThrow(says),
  );

  it('ends after a time or at one, and not at both', () => {
    expect(endOf('90m', undefined, noon)).toBe('2030-01-31T13:30:00.000Z');
    expect(endOf(undefined, '2030-02-01T00:00:00+01:00', noon)).toBe('2030-01-31T23:00:00.000Z');
    expect(endOf(undefined, undefined, noon)).toBeUndefined();
    for (const [forTime, until] of [
      ['2 hours', undefined],
      [undefined, 'tomorrow'],
      ['1h', '2030-02-01'],
    ] as const)
      expect(() => endOf(forTime, until, noon)).toThrow(UsageError);
  });

  it('names messages by at least one field, or says all', () => {
    expect(filterOf({ tenant: 'shop', tag: 'sale' })).toEqual({ tenant: 'shop', tag: 'sale' });
    expect(filterOf({ all: true })).toEqual({ all: true });
    for (const values of [{}, { all: true, tag: 'sale' }, { channel: 'fax' }])
      expect(() => filterOf(values)).toThrow(UsageError);
  });
});
