import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidConfiguration } from '#libs/contracts';
import { silentLogger } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RetryConfig } from '../retry.config.ts';
import { FilePolicies } from './policies.adapter.ts';
import { standardPolicy } from './standard-policy.ts';

type Concern = () => { meaning: string; remedy: string } | undefined;

describe('The policy in force', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retry-policy-'));
    file = join(folder, 'policy.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (rest: string) => writeFileSync(file, `lanes: { bulk: { rest: ${rest} } }\n`);
  const start = (env: Record<string, string> = { RETRY_POLICY_FILE: file }) => {
    const config = RetryConfig.parse({ DATABASE_URL: 'postgres://unused', ...env });
    const concerns: Concern[] = [];
    const health = { addConcern: (_: string, look: Concern) => void concerns.push(look) };
    const policies = new FilePolicies(config, health, { add: () => undefined }, silentLogger());
    return { policies, concern: () => concerns[0]?.() };
  };

  it('is the standard one without a file, and that of the settings where they say otherwise', () => {
    expect(start({}).policies.current).toEqual(standardPolicy);
    expect(start({ RETRY_MAX_ATTEMPTS: '2' }).policies.current.bulk.kinds.transient.attempts).toBe(2);
  });

  it('changes with its file, without a restart', () => {
    write('1m');
    const { policies, concern } = start();
    expect(policies.current.bulk.restCapMs).toBe(60_000);
    write('2m');
    policies.look();
    expect(policies.current.bulk.restCapMs).toBe(120_000);
    expect(concern()).toBeUndefined();
  });

  it('stays as it was while the file is wrong or away, and the readiness says why', () => {
    write('1m');
    const { policies, concern } = start();
    write('1 minute');
    policies.look();
    expect(policies.current.bulk.restCapMs).toBe(60_000);
    expect(concern()).toMatchObject({ meaning: expect.stringContaining('lanes.bulk.rest: must be a length of time') });
    rmSync(file);
    policies.look();
    expect(concern()).toMatchObject({ meaning: expect.stringContaining('ENOENT') });
    write('3m');
    policies.look();
    expect([policies.current.bulk.restCapMs, concern()]).toEqual([180_000, undefined]);
  });

  it('ends the start, with words, where the file is wrong from the beginning', () => {
    expect(() => start()).toThrow(InvalidConfiguration);
    write('soon');
    expect(() => start()).toThrow(/lanes\.bulk\.rest: must be a length of time/);
  });

  it.each(['RETRY_MAX_ATTEMPTS', 'RECONCILE_AFTER_MS', 'RECONCILE_RESEND', 'RETRY_BULK_CAP_MS'])(
    'is not taken from two places: beside a file %s ends the start',
    (name) => {
      const given = { DATABASE_URL: 'x', RETRY_POLICY_FILE: file, [name]: name === 'RECONCILE_RESEND' ? 'none' : '7' };
      const issues = RetryConfig.safeParse(given).error?.issues ?? [];
      expect(issues.map(({ path, message }) => [path.join(), message])).toEqual([
        ['RETRY_POLICY_FILE', expect.stringContaining(name)],
      ]);
    },
  );
});
