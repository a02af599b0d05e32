import { describe, expect, it } from '@jest/globals';
import { ReportingConfig } from './reporting.config.ts';

const settings = {
  KAFKA_BROKERS: 'localhost:9092',
  DATABASE_URL: 'postgres://localhost/messaging',
  RECIPIENT_HASH_KEY: 'a key for hashes in tests',
};
const problemsOf = (more: Record<string, string>) => {
  const read = ReportingConfig.safeParse({ ...settings, ...more });
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
};

describe('how long reporting keeps what it knows', () => {
  it('is ninety days, and two years for counts, where nothing is said', () => {
    expect(ReportingConfig.parse(settings)).toMatchObject({ REPORTING_TIMELINE_DAYS: 90, REPORTING_ROLLUP_DAYS: 730 });
  });

  it('is longer than a letter can be redriven', () => {
    expect(problemsOf({ REPORTING_TIMELINE_DAYS: '41' })).toEqual([
      expect.stringMatching(/^REPORTING_TIMELINE_DAYS must be at least 42: /),
    ]);
    expect(problemsOf({ REPORTING_TIMELINE_DAYS: '42' })).toEqual([]);
    expect(problemsOf({ RETRY_LETTER_RETENTION_MS: String(90 * 86_400_000) })).toEqual([
      expect.stringMatching(/^REPORTING_TIMELINE_DAYS must be at least 97: /),
    ]);
  });

  it('is not shorter for counts than for messages', () => {
    expect(problemsOf({ REPORTING_ROLLUP_DAYS: '89' })).toEqual([
      'REPORTING_ROLLUP_DAYS must not be less than REPORTING_TIMELINE_DAYS',
    ]);
  });
});
