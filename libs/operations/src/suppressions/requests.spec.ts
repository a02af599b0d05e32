import { fieldErrors } from '#libs/contracts';
import { Addition, Removal } from './requests.ts';
import { describe, expect, it } from '@jest/globals';

const whole = { recipient: 'ada@inbox.test', note: 'she asked', by: 'Eve' };

describe('changes of suppressions', () => {
  it.each([
    [Addition, { ...whole, note: 'she\ud83d asked' }, 'note'],
    [Addition, { ...whole, by: 'Eve\0' }, 'by'],
    [Removal, { ...whole, recipient: 'ada\ude00@inbox.test' }, 'recipient'],
    [Addition, { ...whole, recipient: 'ada@inbox.test\0' }, 'recipient'],
  ])(
    'are refused by the name of the field where a text is not Unicode or contains controls',
    (schema, asked, field) => {
      const { error } = schema.safeParse(asked);
      expect(error && fieldErrors(error).map((wrong) => wrong.field)).toEqual([field]);
    },
  );

  it('are accepted in any language', () =>
    expect(Addition.safeParse({ ...whole, note: 'Sie bat darum 😀', by: '日本' }).success).toBe(true));
});
