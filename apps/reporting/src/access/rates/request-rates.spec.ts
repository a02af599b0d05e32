import { describe, expect, it } from '@jest/globals';
import { RequestRates } from './request-rates.ts';

const HOUR = 3_600_000;

describe('how often a caller may ask', () => {
  it('is so many times a minute, for each caller by itself', async () => {
    const rates = new RequestRates({ requests: 3, failures: 1 });
    const waits = [];
    for (let time = 0; time < 5; time += 1) waits.push(await rates.take('key:a'));
    expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
    for (const wait of waits.slice(3)) {
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
    expect(await rates.take('key:b')).toBe(0);
  });
});

describe('an address from which attempts fail', () => {
  it('is not looked at for the rest of the minute, and others are', async () => {
    const rates = new RequestRates({ requests: 100, failures: 2 });
    await rates.failed('192.0.2.1');
    expect(await rates.blockedFor('192.0.2.1', 'token', 0)).toBe(0);
    await rates.failed('192.0.2.1');
    expect(await rates.blockedFor('192.0.2.1', 'token', 0)).toBeGreaterThan(50_000);
    expect(await rates.blockedFor('192.0.2.2', 'token', 0)).toBe(0);
  });

  it('does not lock out a token that was accepted within the last hour', async () => {
    const rates = new RequestRates({ requests: 100, failures: 1 });
    rates.remember('good', 0);
    await rates.failed('192.0.2.1');
    expect(await rates.blockedFor('192.0.2.1', 'good', HOUR - 1)).toBe(0);
    expect(await rates.blockedFor('192.0.2.1', 'good', HOUR)).toBeGreaterThan(0);
    expect(await rates.blockedFor('192.0.2.1', 'other', 0)).toBeGreaterThan(0);
  });

  it('is remembered with no more tokens than fit', async () => {
    const rates = new RequestRates({ requests: 100, failures: 1 });
    await rates.failed('192.0.2.1');
    for (let at = 0; at <= 10_000; at += 1) rates.remember(`token ${at}`, 0);
    expect(await rates.blockedFor('192.0.2.1', 'token 0', 0)).toBeGreaterThan(0);
    for (const kept of ['token 1', 'token 10000']) expect(await rates.blockedFor('192.0.2.1', kept, 0)).toBe(0);
  });
});
