import { describe, expect, it } from '@jest/globals';
import type { ReportQuery } from './report-query.ts';
import { sourceFor } from './source.policy.ts';

const aQuery = (more: Partial<ReportQuery> = {}): ReportQuery => ({
  from: '2030-01-01T00:00:00.000Z',
  to: '2030-02-01T00:00:00.000Z',
  granularity: 'day',
  timeZone: 'UTC',
  groupBy: ['status'],
  filters: {},
  tenants: undefined,
  ...more,
});

describe('a question is answered by the smallest table that has all of it', () => {
  it.each([
    ['days of UTC', aQuery(), 'message_day'],
    ['a tenant and a provider', aQuery({ groupBy: ['tenant', 'provider'] }), 'message_day'],
    ['countries', aQuery({ groupBy: ['country'], filters: { provider: 'twilio' } }), 'country_day'],
    ['a template', aQuery({ filters: { template: 'code' } }), 'value_day'],
    ['tags', aQuery({ groupBy: ['tag', 'status'] }), 'value_day'],
    ['hours', aQuery({ granularity: 'hour' }), 'message_hour'],
    ['days of another time zone', aQuery({ timeZone: 'Europe/Berlin' }), 'message_hour'],
    ['a day that begins at noon', aQuery({ from: '2030-01-01T12:00:00.000Z' }), 'message_hour'],
    ['categories', aQuery({ groupBy: ['category'] }), 'message_hour'],
  ])('%s', (_, query, table) => expect(sourceFor(query)?.table).toBe(table));

  it.each([
    ['a template by provider', aQuery({ groupBy: ['template', 'provider'] })],
    ['a tag of a template', aQuery({ groupBy: ['tag'], filters: { template: 'code' } })],
    ['countries by the hour', aQuery({ groupBy: ['country'], granularity: 'hour' })],
  ])('none has %s', (_, query) => expect(sourceFor(query)).toBeUndefined());
});
