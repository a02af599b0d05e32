import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { FailureKind } from '#libs/contracts';
import type { FailureRow } from '#libs/providers';
import { failureTables } from './failure-tables.ts';

const root = join(import.meta.dirname, '..', '..', '..');
// What was collected about the providers' codes; it lies beside the repository where the project is built.
const collection = process.env['PROVIDER_ERRORS'] ?? join(root, '..', 'shared', 'provider-errors.json');
const whereCollected = existsSync(collection) ? describe : describe.skip;

interface Collected {
  provider: string;
  code: string;
  class: string;
  kind: string;
  retry: string;
  suppress: boolean;
  stage: string;
  http_status?: number;
  suppress_scope?: string;
  retry_hint?: string;
  reconcile_first?: boolean;
  safe_with?: string;
}

const advice: Record<string, string> = {
  never: 'never',
  after_operator: 'operator',
  same_provider_backoff: 'backoff',
  failover: 'failover',
};
const stages: Record<string, string> = { delivery: 'receipt', transport: 'network' };

/** Which of our kinds a class of the collection is. */
const kinds: Record<string, FailureKind> = {
  account: 'account',
  auth: 'account',
  config: 'account',
  quota: 'account',
  webhook: 'account',
  bad_request: 'bad-content',
  blocked: 'bad-content',
  rejected_content: 'bad-content',
  invalid_recipient: 'bad-recipient',
  unsupported: 'bad-recipient',
  expired: 'transient',
  in_progress: 'transient',
  provider_unavailable: 'transient',
  unreachable: 'transient',
  ambiguous: 'unknown',
  opted_out: 'opted-out',
  throttled: 'throttled',
};

/** Where a row knows better than its class. */
const exceptions: Record<string, FailureKind> = {
  // Resend's list holds addresses that bounced or complained: it is about the recipient, not the content.
  'resend suppressed:OnAccountSuppressionList': 'bad-recipient',
  // An operator has to look at both.
  'resend security_error': 'account',
  'resend failed': 'account',
};

function kindOf({ provider, code, class: of, kind }: Collected): FailureKind | undefined {
  return exceptions[`${provider} ${code}`] ?? (kind === 'ambiguous' ? 'unknown' : kinds[of]);
}

whereCollected('the failure tables, held against what was collected about the providers', () => {
  const collected = existsSync(collection) ? (JSON.parse(readFileSync(collection, 'utf8')) as Collected[]) : [];
  const rows = new Map<string, FailureRow>();
  beforeAll(() => {
    for (const table of failureTables()) for (const row of table.rows) rows.set(`${table.provider} ${row.code}`, row);
  });
  const rowOf = ({ provider, code }: Collected) => rows.get(`${provider === 'any' ? 'network' : provider} ${code}`);

  it('list every code', () => {
    expect(collected.length).toBeGreaterThanOrEqual(263);
    expect(collected.filter((entry) => !rowOf(entry)).map(({ provider, code }) => `${provider} ${code}`)).toEqual([]);
  });

  it('give each its kind, its advice, its place and its reach', () => {
    for (const entry of collected) {
      const { code, kind, retry, suppress = false, suppressScope, stage = 'request', httpStatus } = rowOf(entry)!;
      expect({ code, kind, retry, suppress, stage, httpStatus, suppressScope }).toEqual({
        code: entry.code,
        kind: kindOf(entry),
        retry: advice[entry.retry],
        suppress: entry.suppress,
        stage: stages[entry.stage] ?? entry.stage,
        httpStatus: entry.http_status,
        suppressScope: entry.suppress_scope?.replace('recipient+', ''),
      });
    }
  });

  it('look up first what may have been taken', () => {
    const unconfirmed = collected.filter((entry) => entry.reconcile_first);
    expect(unconfirmed.length).toBeGreaterThan(0);
    expect(unconfirmed.filter((entry) => rowOf(entry)!.kind !== 'unknown')).toEqual([]);
  });

  it('say when a limit ends by itself, and what makes a repeat safe', () => {
    expect(
      collected.filter((entry) => (entry.retry_hint !== undefined) !== (rowOf(entry)!.ends !== undefined)),
    ).toEqual([]);
    expect(collected.filter((entry) => entry.safe_with && !/idempotency key/.test(rowOf(entry)!.meaning))).toEqual([]);
  });
});
