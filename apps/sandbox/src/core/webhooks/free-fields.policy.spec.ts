import { describe, expect, it } from '@jest/globals';
import { lastEvent, withFields, withFieldsIn } from './free-fields.policy.ts';

describe('the fields of a callback by hand', () => {
  const usual = { type: 'email.bounced', data: { tags: { a: 'b' }, to: ['ada@inbox.test'] } };

  it('replace the usual ones or are added, null included', () => {
    expect(
      withFields(
        { event: 'delivered', email: 'a' },
        { fields: { event: 'soared', extra: [1], email: null }, without: [] },
      ),
    ).toEqual({ event: 'soared', extra: [1], email: null });
  });

  it('can be removed', () =>
    expect(withFields({ event: 'delivered', email: 'a' }, { fields: {}, without: ['event'] })).toEqual({ email: 'a' }));

  it.each([
    ['over one of the inner ones', { data: { tags: null } }, [], { ...usual, data: { ...usual.data, tags: null } }],
    ['without one of the inner ones', {}, ['data.tags'], { ...usual, data: { to: usual.data.to } }],
    ['in place of all inner ones', { data: null }, [], { ...usual, data: null }],
    ['without any inner ones', {}, ['data'], { type: usual.type }],
    ['beside them', { created_at: 5 }, [], { ...usual, created_at: 5 }],
  ] as const)('are set %s', (_, fields, without, expected) =>
    expect(withFieldsIn('data', usual, { fields, without })).toEqual(expected),
  );

  it('apply to the last event', () => {
    expect(lastEvent([{ webhook: 'acknowledged' }, { webhook: 'none' }, { webhook: 'planned' }])).toBe(1);
    expect(lastEvent([{ webhook: 'planned' }])).toBe(-1);
  });
});
