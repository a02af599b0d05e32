import { describe, expect, it } from '@jest/globals';
import { smsCatalogue } from '../providers/catalogue.ts';
import { senderKindsOf } from './sender-kind.policy.ts';
import { fittingSenders, type SenderQuery, ruleProblems, type SenderRule } from './sender-map.policy.ts';

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
const kindOf = senderKindsOf(smsCatalogue);
const standard = ['Standard', '+15005550006'];
const fitting = (senderQuery: Partial<SenderQuery>) =>
  fittingSenders(
    { to: '+33612345678', region: 'FR', kind: 'sms', category: 'transactional', ...senderQuery },
    rules,
    senderQuery.kind === 'whatsapp' ? [] : standard,
    kindOf,
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
    expect(fitting(senderQuery).senders[0]).toBe(sender);
  });

  it('is one of a list, each next one for when those before it cannot send', () => {
    const query = { to: '+491701234567', region: 'DE', kind: 'sms', category: 'transactional' } as const;
    const listed: SenderRule[] = [
      { country: 'DE', sender: ['Shop', '+4930123456'] },
      { country: 'US', sender: service },
      { sender: ['12345', 'Shop'] },
    ];
    expect(fittingSenders(query, listed, standard, kindOf).senders).toEqual([
      'Shop',
      '+4930123456',
      '12345',
      ...standard,
    ]);
    // No name goes to Canada: it is left out, wherever it stands.
    const canada = { ...query, to: '+14165550123', region: 'CA' };
    expect(fittingSenders(canada, listed, standard, kindOf).senders).toEqual(['12345', '+15005550006']);
  });

  it('is missing, with a reason, where none is allowed', () => {
    const names: SenderRule[] = [{ sender: 'Shop' }];
    const us: SenderQuery = { to: '+12025550123', region: 'US', kind: 'sms', category: 'transactional' };
    expect(fittingSenders(us, names, [], kindOf)).toEqual({ senders: [], why: 'a name cannot be the sender in US' });
    const whatsapp = { ...us, kind: 'whatsapp' } as const;
    expect(fittingSenders(whatsapp, names, [], kindOf)).toEqual({
      senders: [],
      why: 'none is configured for whatsapp',
    });
  });
});

describe('a list of senders', () => {
  it('is valid', () => {
    expect(ruleProblems(rules, kindOf)).toEqual([]);
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
    [
      'a name among those for Canada',
      [{ country: 'CA', sender: ['12345', 'Shop'] }],
      /rule for CA .* a name cannot be the sender/,
    ],
    ['a name for the United States', [{ country: 'US', sender: 'Shop' }], /rule for US .* a name cannot be the sender/],
    ['a name for WhatsApp', [{ kind: 'whatsapp', sender: 'Shop' }], /WhatsApp takes a number/],
    ['a name for WhatsApp that begins with +', [{ kind: 'whatsapp', sender: '+Shop' }], /WhatsApp takes a number/],
    ['a name for media, with signs', [{ kind: 'mms', sender: 'A&B_C' }], /cannot send media/],
    ['an id of nobody’s pool', [{ sender: `XX${'0'.repeat(32)}` }], /no provider here has such a pool/],
    ['a name for media', [{ kind: 'mms', sender: 'Shop' }], /cannot send media/],
  ])('is refused for %s', (_, list, problem) => {
    expect(ruleProblems(list, kindOf).join()).toMatch(problem);
  });
});
