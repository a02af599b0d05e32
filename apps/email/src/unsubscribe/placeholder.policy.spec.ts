import { describe, expect, it } from '@jest/globals';
import { hasGroupTag, placeholderProblems, withLink } from './placeholder.policy.ts';

const link = 'https://email.acme.test/unsubscribe/abc$&';
const spellings = [
  '{{unsubscribeUrl}}',
  '{{ unsubscribeUrl }}',
  '{{{unsubscribeUrl}}}',
  '{{&unsubscribeUrl}}',
  '{{unsubscribe_url}}',
  '{{UnsubscribeURL}}',
  '{{unsubscribe-link}}',
  '{{unsubscribe}}',
  '{{{ unsubscribe }}}',
  '{{{RESEND_UNSUBSCRIBE_URL}}}',
  '<%unsubscribe%>',
  '<% unsubscribe_url %>',
  '&lt;%unsubscribe%&gt;',
  '%7B%7BunsubscribeUrl%7D%7D',
  '%7b%7b%20unsubscribeUrl%20%7d%7d',
  '%7B%7B%7BRESEND_UNSUBSCRIBE_URL%7D%7D%7D',
];
const unknown = [
  '{{unsubscribeUrl | safe}}',
  '{{ contact.unsubscribe_url }}',
  '{{unsubscribe_preferences}}',
  '<%= unsubscribe_url %>',
  '{{unsubscribeUrl',
  '{{unsubsribeUrl}}',
];
const rulesOf = (parts: object, way: 'link' | 'own header' | 'none' = 'link') =>
  placeholderProblems(parts, way).map(({ field, rule }) => `${field} ${rule}`);

describe('a placeholder for the unsubscribe link', () => {
  it.each(spellings)('is recognised as %s, and nothing of it remains besides the link', (place) => {
    expect(withLink(`<a href="${place}">Leave</a> ${place}`, link)).toBe(`<a href="${link}">Leave</a> ${link}`);
    expect(rulesOf({ text: place, html: `<a href="${place}">` })).toEqual([]);
  });

  it.each(spellings)('is refused where the mail has no link: %s', (place) => {
    expect(rulesOf({ text: 'Hello', html: `<a href="${place}">` }, 'none')).toEqual([
      expect.stringMatching(/^html holds a place for the unsubscribe link, and this mail has none/),
    ]);
    expect(rulesOf({ text: place }, 'own header')).toEqual([
      expect.stringMatching(/^text .*List-Unsubscribe of their own/),
    ]);
    expect(rulesOf({ subject: `Leave ${place}` })).toEqual([expect.stringMatching(/^subject cannot hold/)]);
  });

  it.each(unknown.filter((place) => place.includes('}}') || place.includes('%>')))(
    'that nothing replaces is refused, whether the mail has a link or not: %s',
    (place) => {
      for (const way of ['link', 'none', 'own header'] as const)
        expect(rulesOf({ html: `<a href="${place}">` }, way)).toEqual([
          expect.stringMatching(/^html holds a placeholder about unsubscribing that nothing fills/),
        ]);
    },
  );

  it('is never found in ordinary text', () => {
    const texts = [
      'Write "unsubscribe" to us',
      '{{name}}, to unsubscribe see {{page}}',
      '<p>unsubscribe</p> {{ a }}',
      '[unsubscribe]',
      'https://acme.test/unsubscribe?u=%7Bid%7D',
      '{{unsubscribeUrl',
      '100% unsubscribe %',
    ];
    expect(texts.flatMap((text) => rulesOf({ text, html: text, subject: text }, 'none'))).toEqual([]);
  });

  it('is found in a long text within a short time', () => {
    const long = `${'{{'.repeat(100_000)}unsub${'<%'.repeat(100_000)}`;
    const started = performance.now();
    rulesOf({ html: long });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a tag of SendGrid’s unsubscribe groups', () => {
  it('is left to SendGrid: it is neither a placeholder for the link nor an error', () => {
    const tags = [
      '<%asm_group_unsubscribe_raw_url%>',
      '<%asm_global_unsubscribe_url%>',
      '<% asm_preferences_raw_url %>',
    ];
    for (const tag of tags) {
      expect(hasGroupTag(`<a href="${tag}">`)).toBe(true);
      expect(withLink(tag, link)).toBe(tag);
      expect(rulesOf({ text: tag }, 'none')).toEqual([]);
    }
    expect([hasGroupTag(undefined), hasGroupTag('<%unsubscribe%>'), hasGroupTag('asm_group_unsubscribe_url')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
