import { describe, expect, it } from '@jest/globals';
import { policyOf, RetryConfig } from './retry.config.ts';

const parse = (given: Record<string, string> = {}) =>
  RetryConfig.safeParse({ DATABASE_URL: 'postgres://unused', ...given });

describe('The settings of the retry service', () => {
  it('send urgent and transactional messages again after a lost answer, unless told otherwise', () => {
    const resend = (given?: Record<string, string>) => [...policyOf(parse(given).data!).reconcile.resend].sort();
    expect(resend()).toEqual(['transactional', 'urgent']);
    expect(resend({ RECONCILE_RESEND: 'bulk' })).toEqual(['bulk']);
    expect(resend({ RECONCILE_RESEND: 'none' })).toEqual([]);
  });

  it('name the lanes when one is unknown', () => {
    expect(parse({ RECONCILE_RESEND: 'urgent,express' }).error?.issues[0]?.message).toMatch(/urgent/);
  });

  it('all tell their meaning', () => {
    const silent = Object.entries(RetryConfig.shape).filter(
      ([, type]) => !type.description && !(type as { unwrap?: () => { description?: string } }).unwrap?.().description,
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});
