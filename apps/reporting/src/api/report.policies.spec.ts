import { describe, expect, it } from '@jest/globals';
import { isFinal, summarise } from './summary/summary.policy.ts';

describe('a summary', () => {
  it('adds up by channel and status', () => {
    const counts = [
      { channel: 'email', status: 'delivered', count: 98 },
      { channel: 'email', status: 'bounced', count: 2 },
    ] as const;
    expect(summarise(counts)).toEqual({
      total: 100,
      channels: { email: { total: 100, delivered: 98, bounced: 2 }, sms: { total: 0 } },
    });
  });
});

describe('a message that was sent', () => {
  const hour = 3_600_000;
  const sent = { status: 'sent', final: false, statusAtMs: 0 };

  it('is final once the receipt window has passed without a receipt', () => {
    expect(isFinal(sent, 72 * hour - 1, 72 * hour)).toBe(false);
    expect(isFinal(sent, 72 * hour, 72 * hour)).toBe(true);
  });

  it('stays open while something else is still to come', () => {
    expect(isFinal({ ...sent, status: 'delayed' }, 100 * hour, 72 * hour)).toBe(false);
    expect(isFinal({ ...sent, status: 'bounced', final: true }, 0, 72 * hour)).toBe(true);
  });
});
