import { describe, expect, it } from '@jest/globals';
import { WINDOW_MS, formOf } from './window.policy.ts';

const now = Date.UTC(2030, 0, 2);
const both = { freeForm: true, template: true };
const freeForm = { freeForm: true, template: false };

describe('a WhatsApp message', () => {
  it('is sent as free-form text to people who wrote within a day, and as the template after that', () => {
    expect(formOf(both, now - WINDOW_MS + 1, 'enforce', now)).toBe('free-form');
    expect(formOf(both, now - WINDOW_MS, 'enforce', now)).toBe('template');
    expect(formOf(both, undefined, 'provider', now)).toBe('template');
    expect(formOf({ freeForm: false, template: true }, now, 'enforce', now)).toBe('template');
  });

  it('without a template fails outside the window, unless the provider decides', () => {
    expect(formOf(freeForm, undefined, 'enforce', now)).toMatchObject({
      code: 'MSG_OUTSIDE_WINDOW',
      retry: 'never',
      remedy: expect.stringContaining('contentTemplate'),
    });
    expect(formOf(freeForm, undefined, 'provider', now)).toBe('free-form');
    expect(formOf(freeForm, now - 1_000, 'enforce', now)).toBe('free-form');
  });
});
