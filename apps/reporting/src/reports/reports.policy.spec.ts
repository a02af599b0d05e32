import { describe, expect, it } from '@jest/globals';
import { bucketOf } from '../counts/took.policy.ts';
import { byStatus, compared, costs, quantiles } from './reports.policy.ts';

const monday = new Date('2030-01-07T00:00:00Z');
const tuesday = new Date('2030-01-08T00:00:00Z');

describe('rows of counts as reports show them', () => {
  it('are one for each time and group, with how many stand where', () => {
    const rows = [
      { at: tuesday, group: { tenant: 'shop', status: 'delivered' }, messages: 5 },
      { at: monday, group: { tenant: 'shop', status: 'delivered' }, messages: 3 },
      { at: monday, group: { tenant: 'shop', status: 'bounced' }, messages: 1 },
      { at: monday, group: { tenant: 'bank', status: 'delivered' }, messages: 2 },
    ];
    const at = monday.toISOString();
    expect(byStatus(rows, false)).toEqual([
      { at, group: { tenant: 'bank' }, messages: 2, statuses: { delivered: 2 } },
      { at, group: { tenant: 'shop' }, messages: 4, statuses: { delivered: 3, bounced: 1 } },
      { at: tuesday.toISOString(), group: { tenant: 'shop' }, messages: 5, statuses: { delivered: 5 } },
    ]);
    expect(byStatus(rows, true)).toHaveLength(4);
  });

  it('give quantiles of the merged buckets, and none beyond the last bound', () => {
    const row = (seconds: number, messages: number) => ({ at: null, group: {}, took: bucketOf(seconds), messages });
    expect(quantiles([row(2, 60), row(10, 35), row(1e9, 5)])).toEqual([
      { at: null, group: {}, messages: 100, p50: 2, p90: 10, p95: 10, p99: null },
    ]);
  });

  it('put providers beside each other: one that only failed shows by its attempts', () => {
    const attempts = [
      { provider: 'sendgrid', outcome: 'failed', attempts: 4 },
      { provider: 'resend', outcome: 'sent', attempts: 4 },
    ];
    const messages = [
      { at: null, group: { provider: 'resend', status: 'delivered' }, messages: 3 },
      { at: null, group: { provider: 'resend', status: 'sent' }, messages: 1 },
      { at: null, group: { provider: '', status: 'accepted' }, messages: 9 },
    ];
    expect(compared(attempts, messages, [])).toEqual([
      { provider: 'resend', attempts: { sent: 4 }, messages: 4, delivered: 3, p50: null, p95: null },
      { provider: 'sendgrid', attempts: { failed: 4 }, messages: 0, delivered: 0, p50: null, p95: null },
    ]);
  });

  it('cost by the price of each day, and are unpriced without a table', () => {
    const of = { tenant: 'shop', channel: 'sms', provider: 'twilio', country: 'DE', unit: 'segment' };
    const rows = [
      { ...of, day: '2030-01-31', units: 10 },
      { ...of, day: '2030-02-01', units: 10 },
    ];
    const price = { channel: 'sms', unit: 'segment' } as const;
    const prices = [
      { ...price, amount: 0.05 },
      { ...price, amount: 0.06, from: '2030-02-01' },
    ];
    expect(costs(rows, { currency: 'EUR', prices })).toEqual([{ ...of, units: 20, amount: 1.1, unpriced: 0 }]);
    expect(costs(rows, undefined)).toEqual([{ ...of, units: 20, amount: 0, unpriced: 20 }]);
  });
});
