import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { PolicyFile, readPolicy, writePolicy } from './policy-file.ts';
import { standardPolicy } from './standard-policy.ts';

const policyOf = (text: string) => {
  const read = readPolicy(text);
  if (!('policy' in read)) throw new Error(read.problems.join('\n'));
  return read.policy;
};
const problemsOf = (text: string) => {
  const read = readPolicy(text);
  return 'problems' in read ? read.problems : [];
};

describe('A policy file', () => {
  it('changes what it names, and leaves all else as it is without a file', () => {
    const policy = policyOf(`
lanes:
  urgent:
    transient: { base: 250ms, attempts: 4, deadline: 2m }
    throttled: { retryAfter: ignore }
    unknown: { window: 30s, resend: never }
  bulk:
    rest: 10m
`);
    expect(policy.transactional).toEqual(standardPolicy.transactional);
    expect(policy.urgent.kinds.transient).toEqual({
      ...standardPolicy.urgent.kinds.transient,
      baseMs: 250,
      attempts: 4,
      deadlineMs: 120_000,
    });
    expect(policy.urgent.kinds.throttled.retryAfterAtMostMs).toBe(0);
    expect(policy.urgent.unknown).toEqual({ firstLookMs: 5_000, windowMs: 30_000, resend: 'never' });
    expect(policy.bulk).toEqual({ ...standardPolicy.bulk, restCapMs: 600_000 });
  });

  it('says the standard policy as it is read again', () => {
    expect(policyOf(stringify(writePolicy(standardPolicy)))).toEqual(standardPolicy);
    expect(PolicyFile.parse(writePolicy(standardPolicy)).lanes.urgent?.transient?.base).toBe('500ms');
  });

  it('may say in which order a lane prefers its providers, which the channels follow', () => {
    const text = 'lanes: { urgent: { providers: { email: [b, a] } } }';
    expect(policyOf(text)).toEqual(standardPolicy);
  });

  it('may take back a limit', () => {
    const { attempts } = policyOf('lanes: { bulk: { transient: { attempts: unlimited } } }').bulk.kinds.transient;
    expect(attempts).toBeUndefined();
  });

  it.each([
    ['a lane that is not one', 'lanes: { express: {} }', /lanes: .*express/],
    ['a misspelt name', 'lanes: { bulk: { transient: { bse: 5s } } }', /lanes\.bulk\.transient: .*bse/],
    [
      'a length of time without unit',
      'lanes: { bulk: { transient: { base: 5 } } }',
      /lanes\.bulk\.transient\.base: must be a length/,
    ],
    ['no length of time', 'lanes: { bulk: { rest: 0s } }', /lanes\.bulk\.rest: must be a length/],
    ['attempts below one', 'lanes: { bulk: { transient: { attempts: 0 } } }', /attempts: must be a whole number/],
    ['a resend that is not one', 'lanes: { bulk: { unknown: { resend: yes } } }', /lanes\.bulk\.unknown\.resend/],
    [
      'a cap below its base',
      'lanes: { bulk: { transient: { cap: 1s } } }',
      /lanes\.bulk\.transient: cap is shorter than base/,
    ],
    [
      'a window below the first look',
      'lanes: { urgent: { unknown: { window: 1s } } }',
      /window is shorter than firstLook/,
    ],
    ['no YAML', 'lanes: { bulk: [', /no YAML/],
    [
      'an order of providers for a channel that there is not',
      'lanes: { bulk: { providers: { fax: [x] } } }',
      /lanes\.bulk\.providers/,
    ],
    ['an empty file', '', /lanes/],
  ])('is refused with the place and the rule: %s', (_, text, rule) => {
    expect(problemsOf(text).join('\n')).toMatch(rule);
  });
});
