import { describe, expect, it } from '@jest/globals';
import { checkMail } from './mail-rules.policy.ts';

const now = Date.UTC(2026, 0, 1);
const aRequest = (parts: Record<string, unknown> = {}) => ({
  personalizations: [{ to: [{ email: 'ada@example.org' }] }],
  from: { email: 'shop@example.org', name: 'Shop' },
  subject: 'Hello',
  content: [{ type: 'text/plain', value: 'Hello Ada' }],
  ...parts,
});
const to = (...emails: string[]) => emails.map((email) => ({ email }));
const people = (count: number) => to(...Array.from({ length: count }, (_, index) => `p${index}@example.org`));

function problems(parts: Record<string, unknown>): string[] {
  const checked = checkMail(aRequest(parts), now);
  return checked.ok ? [] : checked.problems.map(({ field }) => field ?? '');
}

it('accepts a plain mail', () => {
  expect(checkMail(aRequest(), now).ok).toBe(true);
});

describe('refuses with the name of the field', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['no sender', 'from.email', { from: undefined }],
    ['no recipient list', 'personalizations', { personalizations: undefined }],
    ['an empty recipient list', 'personalizations', { personalizations: [] }],
    ['a personalization without to', 'personalizations.0.to', { personalizations: [{ to: [] }] }],
    ['a bad address', 'personalizations.0.to.0.email', { personalizations: [{ to: to('ada@example') }] }],
    ['an address twice', 'personalizations.0', { personalizations: [{ to: to('a@b.test'), cc: to('A@b.test') }] }],
    [
      'more than 1000 personalizations',
      'personalizations',
      { personalizations: people(1001).map((one) => ({ to: [one] })) },
    ],
    [
      'more than 1000 recipients in all',
      'personalizations',
      { personalizations: [{ to: people(600) }, { to: people(600) }] },
    ],
    ['no subject', 'subject', { subject: undefined }],
    ['no content', 'content', { content: undefined }],
    ['an empty content', 'content.0.value', { content: [{ type: 'text/plain', value: '' }] }],
    [
      'html before text',
      'content',
      {
        content: [
          { type: 'text/html', value: 'a' },
          { type: 'text/plain', value: 'b' },
        ],
      },
    ],
    ['an unknown field', 'colour', { colour: 'red' }],
    [
      'an unknown field of a personalization',
      'personalizations.0.colour',
      { personalizations: [{ to: to('a@b.test'), colour: 1 }] },
    ],
    ['a custom argument that is no text', 'custom_args.n', { custom_args: { n: 1 } }],
    ['too many bytes of custom arguments', 'custom_args', { custom_args: { long: 'é'.repeat(5000) } }],
    ['a reserved header', 'headers.Subject', { headers: { Subject: 'x' } }],
    ['more than ten categories', 'categories', { categories: Array.from({ length: 11 }, String) }],
    ['a category that is too long', 'categories.0', { categories: ['c'.repeat(256)] }],
    ['a send time more than 72 hours ahead', 'send_at', { send_at: now / 1000 + 72 * 3600 + 1 }],
    ['both kinds of reply address', 'reply_to', { reply_to: { email: 'a@b.test' }, reply_to_list: to('c@d.test') }],
    ['an attachment that is not base64', 'attachments.0.content', { attachments: [{ content: '%%%', filename: 'a' }] }],
    ['an IP pool name that is too short', 'ip_pool_name', { ip_pool_name: 'a' }],
  ])('%s', (_, field, parts) => {
    expect(problems(parts)).toEqual([field]);
  });
});

it('needs neither subject nor content when a template has them', () => {
  expect(problems({ subject: undefined, content: undefined, template_id: 'd-1' })).toEqual([]);
});

it('accepts a mail without a subject where every personalization has one', () => {
  expect(problems({ subject: undefined, personalizations: [{ to: to('a@b.test'), subject: 'Hi' }] })).toEqual([]);
});

it('counts custom arguments of the mail and of a personalization together', () => {
  const half = { custom_args: { a: 'x'.repeat(6000) } };
  expect(
    problems({ ...half, personalizations: [{ to: to('a@b.test'), custom_args: { b: 'x'.repeat(6000) } }] }),
  ).toEqual(['personalizations.0.custom_args']);
});

it('answers a body that is no object without naming a field', () => {
  const checked = checkMail(null, now);
  expect(checked).toEqual({ ok: false, problems: [{ message: 'Bad Request', field: null, help: null }] });
});
