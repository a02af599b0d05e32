import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { withSection } from './write-section.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'chaos.md'), 'utf8');

describe('the page of chaos', () => {
  it.each(['outage', 'parked'])('has a place for the figures of %s, and keeps all else', (name) => {
    const once = withSection(page, name, ['first']);
    const twice = withSection(once, name, ['second']);
    expect(twice).toContain('second');
    expect(twice).not.toContain('first\n\n<!-- end');
    expect(withSection(twice, name, ['first'])).toBe(once);
    expect(twice.length).toBeGreaterThan(page.length / 2);
  });

  it('says where it has no place', () => {
    expect(() => withSection('# Chaos\n', 'outage', [])).toThrow('has no lines');
  });
});
