import { describe, expect, it } from '@jest/globals';
import { policyOf, RetryConfig } from './retry.config.ts';

const parse = (given: Record<string, string> = {}) =>
  RetryConfig.safeParse({ DATABASE_URL: 'postgres://unused', ...given });

describe('The settings of the retry service', () => {
  it('send urgent and transactional messages again after a lost answer, unless the setting says otherwise', () => {
    const resend = (given?: Record<string, string>) => [...policyOf(parse(given).data!).reconcile.resend].sort();
    expect(resend()).toEqual(['transactional', 'urgent']);
    expect(resend({ RECONCILE_RESEND: 'bulk' })).toEqual(['bulk']);
    expect(resend({ RECONCILE_RESEND: 'none' })).toEqual([]);
  });

  it('give each lane its own waits and its own window, and trouble of an operator waits of its own', () => {
    const { backoff, operator, reconcile } = policyOf(
      parse({ RETRY_BULK_CAP_MS: '7', RETRY_OPERATOR_BASE_MS: '8', RECONCILE_WINDOW_URGENT_MS: '9' }).data!,
    );
    expect(backoff).toEqual({
      urgent: { baseMs: 500, capMs: 10_000 },
      transactional: { baseMs: 1_000, capMs: 300_000 },
      bulk: { baseMs: 5_000, capMs: 7 },
    });
    expect(operator).toEqual({ baseMs: 8, capMs: 900_000 });
    expect(reconcile.windowMs).toEqual({ urgent: 9, transactional: 900_000, bulk: 86_400_000 });
  });

  it('name the lanes when one is unknown', () => {
    expect(parse({ RECONCILE_RESEND: 'urgent,express' }).error?.issues[0]?.message).toMatch(/urgent/);
  });

  it('all state their meaning', () => {
    const silent = Object.entries(RetryConfig.shape).filter(
      ([, type]) => !type.description && !(type as { unwrap?: () => { description?: string } }).unwrap?.().description,
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});
