import { describe, expect, it } from '@jest/globals';
import { chooseSender, type SenderQuery, ruleProblems, type SenderRule } from './sender-map.policy.ts';

const service = `MG${'0'.repeat(32)}`;
const rules: SenderRule[] = [
  { country: 'DE', sender: 'Shop' },
  { country: '+4915', sender: '+4915112345678' },
  { country: 'US', category: 'marketing', sender: service },
  { country: 'US', sender: '+12025550100' },
  { category: 'marketing', sender: '12345' },
  { kind: 'whatsapp', sender: '+14155238886' },
  { kind: 'whatsapp', country: 'DE', sender: '+4930123456' },
];
const standard = ['Standard', '+15005550006'];
const chosen = (senderQuery: Partial<SenderQuery>) =>
  chooseSender(
    { to: '+33612345678', region: 'FR', kind: 'sms', category: 'transactional', ...senderQuery },
    rules,
    senderQuery.kind === 'whatsapp' ? [] : standard,
  );

describe('the sender of a text', () => {
  it.each<[string, Partial<SenderQuery>, string]>([
    ['is the one for its country', { to: '+491701234567', region: 'DE' }, 'Shop'],
    ['is the one for the longest prefix', { to: '+4915212345', region: 'DE' }, '+4915112345678'],
    ['is the one for country and category', { to: '+12025550123', region: 'US', category: 'marketing' }, service],
    [
      'is the one for the country where the category has none there',
      { to: '+12025550123', region: 'US' },
      '+12025550100',
    ],
    ['is the one for the category elsewhere', { category: 'marketing' }, '12345'],
    ['is the standard one where no rule fits', {}, 'Standard'],
    ['is the next standard one where a name cannot be used', { to: '+14165550123', region: 'CA' }, '+15005550006'],
    [
      'is a number where media go, since names carry none',
      { to: '+491701234567', region: 'DE', kind: 'mms' },
      '+15005550006',
    ],
    ['is WhatsApp’s own on WhatsApp', { kind: 'whatsapp' }, '+14155238886'],
    ['is WhatsApp’s own for the country', { kind: 'whatsapp', region: 'DE', to: '+491701234567' }, '+4930123456'],
  ])('%s', (_, senderQuery, sender) => {
    expect(chosen(senderQuery)).toEqual({ sender });
  });

  it('is missing, with a reason, where none is allowed', () => {
    const names: SenderRule[] = [{ sender: 'Shop' }];
    const us: SenderQuery = { to: '+12025550123', region: 'US', kind: 'sms', category: 'transactional' };
    expect(chooseSender(us, names, [])).toEqual({ why: 'a name cannot be the sender in US' });
    expect(chooseSender({ ...us, kind: 'whatsapp' }, names, [])).toEqual({ why: 'none is configured for whatsapp' });
  });
});

describe('a list of senders', () => {
  it('is valid', () => {
    expect(ruleProblems(rules)).toEqual([]);
  });

  it.each<[string, SenderRule[], RegExp]>([
    [
      'two rules for the same',
      [
        { country: 'DE', sender: 'A' },
        { country: 'DE', sender: 'B' },
      ],
      /two rules for DE/,
    ],
    ['a name for the United States', [{ country: 'US', sender: 'Shop' }], /rule for US .* a name cannot be the sender/],
    ['a name for WhatsApp', [{ kind: 'whatsapp', sender: 'Shop' }], /WhatsApp takes a number/],
    ['a name for WhatsApp that begins with +', [{ kind: 'whatsapp', sender: '+Shop' }], /WhatsApp takes a number/],
    ['a name for media, with signs', [{ kind: 'mms', sender: 'A&B_C' }], /cannot send media/],
    ['a name for media', [{ kind: 'mms', sender: 'Shop' }], /cannot send media/],
  ])('is refused for %s', (_, list, problem) => {
    expect(ruleProblems(list).join()).toMatch(problem);
  });
});
