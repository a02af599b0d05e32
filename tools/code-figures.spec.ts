import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { framesToProvider } from './figures/frames.ts';
import { figuresOf, measure, spreadOf } from './figures/measure.ts';
import { FRAMES, NAMING, rows, sections } from './figures/page.ts';
import { namesIn } from './figures/provider-names.ts';

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'code-figures.md'), 'utf8');

describe('the figures of a source file', () => {
  const file = measure(
    'a.ts',
    [
      '/** Says what',
      ' * it is. */',
      'export class A {',
      '  constructor(readonly one: string, readonly two: string) {}',
      '',
      '  get both(): string {',
      '    // Why it is so.',
      '    return this.one + this.two; // the sum',
      '  }',
      '}',
      'const arrow = () => [1].map((each) => each);',
      `const long = '${'x'.repeat(120)}';`,
      '',
    ].join('\n'),
  );

  it('are its lines, and of those that are not empty the ones that hold a comment alone', () => {
    expect([file.lines, file.filled, file.comments]).toEqual([12, 11, 3]);
  });

  it('are the lines of each function that has a name, and no callback’s', () => {
    expect(file.functions).toEqual([1, 4, 1]);
  });

  it('are the parameters of its constructors, and its long lines', () => {
    expect(file.constructors).toEqual([2]);
    expect([file.over(120), file.over(140)]).toEqual([1, 0]);
  });

  it('leave out a long line where the file is a table of data', () => {
    expect(figuresOf([file], () => false).over120).toBe(1);
    expect(figuresOf([file], () => true).over120).toBe(0);
  });
});

describe('the spread of values', () => {
  it('is the one in the middle, the one that nine of ten do not exceed, and the greatest', () => {
    expect(spreadOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5])).toEqual({ median: 5, p90: 9, most: 10 });
  });

  it('is nothing where there are no values', () => {
    expect(spreadOf([])).toEqual({ median: 0, p90: 0, most: 0 });
  });
});

describe('a place that names a provider', () => {
  it.each([
    "import { ResendAdapter } from './x.ts';",
    "const of = 'resend';",
    "config.get('RESEND_API_KEY');",
    "const text = 'sent through SendGrid';",
    'const text = `${name} is Twilio`;',
  ])('is in %s', (source) => expect(namesIn(source)).toBeGreaterThan(0));

  it.each([
    '// SendGrid says so.',
    'const mayResend = policy.resend.has(lane);',
    "config.get('RECONCILE_RESEND');",
    "const text = 'it is resent, and to resend it is allowed';",
    'class TemplateResendService { resendAsTemplate(plan: ResendPlan) {} }',
  ])('is not in %s', (source) => expect(namesIn(source)).toBe(0));
});

describe('the way of a message from its consumer to the provider’s call', () => {
  it('begins at the consumer, ends in the HTTP client, and is no longer than it was', async () => {
    const frames = await framesToProvider();
    expect(frames[0]!.name).toBe('EmailConsumer.onRequested');
    expect(frames.at(-1)!.file).toMatch(/provider-http\.adapter\.ts$/);
    expect(frames.some(({ file }) => file.startsWith('apps/email/src/providers/'))).toBe(true);
    expect(frames.length).toBeLessThanOrEqual(11);
  });
});

describe('docs/code-figures.md', () => {
  it.each([...rows.map(({ label }) => label), FRAMES, NAMING])('has a row with a figure: %s', (label) => {
    const cells =
      page
        .split('\n')
        .find((line) => line.startsWith(`| ${label} |`))
        ?.split(' | ') ?? [];
    expect(cells[1]).toMatch(/\d/);
  });

  it.each(sections)('has a section: %s', (section) => expect(page).toContain(`\n## ${section}\n`));
});
