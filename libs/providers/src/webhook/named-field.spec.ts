import { describe, expect, it } from '@jest/globals';
import { namedField, refusedFields } from './named-field.ts';

const words = new Set(['personalizations', 'to', 'email', 'headers']);

describe('a field that a provider names', () => {
  it('consists of the names of its API and array indexes', () => {
    expect(namedField('personalizations.0.to.12.email', words)).toBe('personalizations.0.to.12.email');
    expect(namedField('to', words)).toBe('to');
  });

  it('contains only the provider’s own names: no address, no header of upstream’s, no sentence', () => {
    expect(namedField('headers.X-Customer-Ada', words)).toBe('headers');
    expect(namedField('to.ada@inbox.test', words)).toBe('to');
    expect(
      ['ada@inbox.test', '', '0', '0.to', 'The to field is wrong', 'To', '__proto__'].map((text) =>
        namedField(text, words),
      ),
    ).toEqual(Array(7).fill(undefined));
  });

  it('appears once in the failure, and at most ten of them do', () => {
    expect(refusedFields(['to', undefined, 'to'], 'SendGrid')).toEqual({
      fields: [{ field: 'to', rule: 'is refused by SendGrid (this is the name of the field in its API)' }],
    });
    expect(refusedFields([undefined], 'SendGrid')).toEqual({});
    expect(
      refusedFields(
        Array.from({ length: 30 }, (_, index) => `to.${index}`),
        'SendGrid',
      ).fields,
    ).toHaveLength(10);
  });
});
