import { describe, expect, it } from '@jest/globals';
import type { KeptSuppression } from './suppressions.port.ts';
import { withdrawn } from './withdrawn.policy.ts';

const removal = {
  channel: 'email' as const,
  recipient: 'ab'.repeat(16),
  scope: 'all',
  provider: 'resend',
  at: '2030-01-02T00:00:00.000Z',
  note: 'taken off',
};
const held = (parts: Partial<KeptSuppression>): KeptSuppression => ({
  recipient: removal.recipient,
  scope: 'all',
  reason: 'hard-bounce',
  at: '2030-01-01T00:00:00.000Z',
  lifted: false,
  provider: 'resend',
  ...parts,
});
const scopeKeys = (...state: KeptSuppression[]) =>
  withdrawn(removal, state).map((word) => ('lift' in word ? (word.lift.tenant ?? 'every tenant') : 'a suppression'));

describe('a provider’s removal from its own list', () => {
  it('lifts the suppression that it caused, for every tenant and for one', () => {
    expect(scopeKeys(held({}), held({ reason: 'complaint', tenant: 'acme' }))).toEqual(['every tenant', 'acme']);
  });

  it.each([
    ['a person', { provider: undefined, source: 'operator', reason: 'manual' }],
    ['another provider', { provider: 'sendgrid' }],
  ])('keeps one that %s has caused', (_, by) => {
    expect(scopeKeys(held(by), held({ tenant: 'acme' }))).toEqual(['acme']);
  });

  it('keeps a later one', () => {
    expect(scopeKeys(held({ at: '2030-01-03T00:00:00.000Z' }))).toEqual([]);
  });

  it('keeps those of other scopes', () => {
    expect(scopeKeys(held({}), held({ scope: 'marketing' }))).toEqual(['every tenant']);
  });

  it('also lifts the key of its list where nothing is known there yet: the entry may still arrive', () => {
    expect(withdrawn(removal, [])).toEqual([
      { lift: { channel: 'email', recipient: removal.recipient, scope: 'all', at: removal.at, note: removal.note } },
    ]);
  });
});
