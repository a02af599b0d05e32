import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type QuietRule, quietSettings } from './quiet-hours.config.ts';
import { QuietHours } from './quiet-hours.ts';

const utc = (text: string) => Date.parse(text);
const iso = (at: number) => new Date(at).toISOString();
const read = (rules?: unknown): QuietRule[] =>
  z.object(quietSettings).parse(rules === undefined ? {} : { QUIET_HOURS: JSON.stringify(rules) }).QUIET_HOURS;
const problemsOf = (rules: unknown): string[] =>
  z
    .object(quietSettings)
    .safeParse({ QUIET_HOURS: JSON.stringify(rules) })
    .error?.issues.map(({ message }) => message) ?? [];
const texts = new QuietHours(read(), 'sms');
const marketing = { category: 'marketing' } as const;
// Midnight in New York, late evening in Honolulu.
const night = utc('2026-01-15T05:00:00Z');

describe('quiet hours', () => {
  it('stop marketing texts to the United States before 8 and after 21 o’clock where nothing is set', () => {
    const quiet = texts.of({ ...marketing, country: 'US', timeZone: 'America/New_York' }, 'bulk', night);
    expect(quiet).toMatchObject({ rule: 'us-marketing', until: utc('2026-01-15T13:00:00Z') });
    expect(quiet!.why).toBe(
      'Quiet hours until 2026-01-15T13:00:00.000Z, by rule us-marketing: nothing from 21:00 to 08:00 in ' +
        'America/New_York, as the request says.',
    );
    expect(
      texts.of({ ...marketing, country: 'US', timeZone: 'America/New_York' }, 'bulk', utc('2026-01-15T13:00:00Z')),
    ).toBeUndefined();
  });

  it('last until it is allowed in all time zones of a country, where the request names none', () => {
    const quiet = texts.of({ ...marketing, country: 'US' }, 'bulk', night);
    // Eight o’clock in Honolulu and on the western Aleutians.
    expect(iso(quiet!.until)).toBe('2026-01-15T18:00:00.000Z');
    expect(quiet!.why).toContain('in each of the time zones of US');
  });

  it.each([
    ['urgent messages', { ...marketing, country: 'US' }, 'urgent'],
    ['transactional messages', { category: 'transactional', country: 'US' }, 'bulk'],
    ['other countries', { ...marketing, country: 'DE' }, 'bulk'],
    ['numbers of no country', { ...marketing }, 'bulk'],
  ] as const)('do not concern %s where nothing is set', (_, addressee, lane) => {
    for (let hour = 0; hour < 24; hour += 1)
      expect(texts.of(addressee, lane, night + hour * 3_600_000)).toBeUndefined();
  });

  it('do not concern e-mail where nothing is set, and can', () => {
    const addressee = { ...marketing, timeZone: 'Europe/Berlin' };
    const at = utc('2026-06-01T22:00:00Z');
    expect(new QuietHours(read(), 'email').of(addressee, 'bulk', at)).toBeUndefined();
    const mail = new QuietHours(read([{ name: 'nights', channel: 'email', quiet: '22:00-07:00' }]), 'email');
    expect(mail.of(addressee, 'bulk', at)).toMatchObject({ rule: 'nights', until: utc('2026-06-02T05:00:00Z') });
    // Nobody knows where the recipient is: the rule’s own zone.
    expect(mail.of(marketing, 'bulk', at)).toMatchObject({
      until: utc('2026-06-02T07:00:00Z'),
      why: expect.stringContaining('in Etc/UTC: the recipient’s time zone is not known'),
    });
  });

  it('concern transactional messages where a rule says so', () => {
    const rules = read([{ name: 'all', category: 'any', quiet: '00:00-06:00' }]);
    const at = utc('2026-01-15T03:00:00Z');
    expect(new QuietHours(rules, 'sms').of({ category: 'transactional' }, 'transactional', at)).toBeDefined();
    expect(new QuietHours(rules, 'sms').of({ category: 'transactional' }, 'urgent', at)).toBeUndefined();
  });

  it('say the same for every message of a minute, and look again in the next', () => {
    const addressee = { ...marketing, country: 'US', timeZone: 'America/New_York' };
    const last = utc('2026-01-15T12:59:59Z');
    expect(texts.of(addressee, 'bulk', last)).toBe(texts.of(addressee, 'bulk', last - 30_000));
    expect(texts.of(addressee, 'bulk', last + 1_000)).toBeUndefined();
  });
});

describe('rules of quiet hours', () => {
  it.each([
    [[{ name: 'Nights', quiet: '21:00-08:00' }], 'must hold lower-case letters, digits and - only'],
    [[{ name: 'nights', quiet: '9pm-8am' }], 'must be two times of day, such as 21:00-08:00'],
    [[{ name: 'nights', quiet: '08:00-08:00' }], 'must not begin and end at the same time'],
    [[{ name: 'nights', quiet: '21:00-08:00', countries: ['XX'] }], 'must be a country’s ISO code, such as US'],
    [
      [{ name: 'nights', quiet: '21:00-08:00', timeZone: 'Mars/Olympus' }],
      'must be an IANA time zone such as Europe/Berlin',
    ],
    [[{ name: 'nights', quiet: '10:00-09:00', countries: ['US'] }], 'is never over in all time zones of US'],
    [
      [
        { name: 'nights', quiet: '21:00-08:00' },
        { name: 'nights', quiet: '22:00-08:00' },
      ],
      'has two rules of the name nights',
    ],
  ])('are refused at the start where they make no sense: %j', (rules, problem) => {
    expect(problemsOf(rules)).toContain(problem);
  });

  it('are none where the list is empty', () => {
    expect(new QuietHours(read([]), 'sms').of({ ...marketing, country: 'US' }, 'bulk', night)).toBeUndefined();
  });
});
