import { describe, expect, it } from '@jest/globals';
import { RetryConfig } from '../retry.config.ts';
import { policyOf } from './policy.settings.ts';
import { standardPolicy } from './standard-policy.ts';

const parse = (given: Record<string, string> = {}) =>
  RetryConfig.safeParse({ DATABASE_URL: 'postgres://unused', ...given });
const policyBy = (given?: Record<string, string>) => policyOf(parse(given).data!);

describe('The settings of the retry service', () => {
  it('change nothing of the standard policy unless they are set', () => {
    expect(policyBy()).toEqual(standardPolicy);
  });

  it('say which lanes go again after a lost answer, and the others then do not', () => {
    const resend = (given?: Record<string, string>) =>
      (['urgent', 'transactional', 'bulk'] as const).map((lane) => `${lane} ${policyBy(given)[lane].unknown.resend}`);
    expect(resend()).toEqual(['urgent always', 'transactional always', 'bulk unshared']);
    expect(resend({ RECONCILE_RESEND: 'bulk' })).toEqual(['urgent never', 'transactional never', 'bulk always']);
    expect(resend({ RECONCILE_RESEND: 'none' })).toEqual(['urgent never', 'transactional never', 'bulk never']);
  });

  it('give each lane its own waits and its own window, and trouble of an operator waits of its own', () => {
    const policy = policyBy({
      RETRY_BULK_CAP_MS: '7000',
      RETRY_OPERATOR_BASE_MS: '8',
      RECONCILE_WINDOW_URGENT_MS: '9',
      RETRY_MAX_ATTEMPTS: '3',
    });
    const { kinds } = policy.bulk;
    expect([kinds.transient.capMs, kinds.throttled.capMs, kinds.unavailable.capMs]).toEqual([7_000, 7_000, 7_000]);
    expect(kinds.transient.baseMs).toBe(standardPolicy.bulk.kinds.transient.baseMs);
    expect(policy.urgent.kinds.transient).toEqual({ ...standardPolicy.urgent.kinds.transient, attempts: 3 });
    for (const lane of Object.values(policy)) expect(lane.kinds.account).toMatchObject({ baseMs: 8, capMs: 900_000 });
    expect(policy.urgent.unknown.windowMs).toBe(9);
    expect(policy.bulk.unknown).toEqual(standardPolicy.bulk.unknown);
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
