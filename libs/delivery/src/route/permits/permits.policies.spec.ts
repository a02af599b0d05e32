import { nextAttemptAt } from './next-attempt.policy.ts';
import { holdByHeaders } from '#libs/providers';
import { permitSettings, senderRatesOf } from './permits.config.ts';
import { shareOf } from './share.policy.ts';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

describe('what a provider says about its rate', () => {
  it('reads rate headers only where nothing is left', () => {
    expect(holdByHeaders({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1900000060' }, 1_900_000_000_000)).toBe(
      1_900_000_060_000,
    );
    expect(holdByHeaders({ 'ratelimit-remaining': '0', 'ratelimit-reset': '2' }, 1_000)).toBe(3_000);
    expect(
      holdByHeaders({ 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '1900000060' }, 1_900_000_000_000),
    ).toBeUndefined();
    expect(holdByHeaders({ 'x-ratelimit-remaining': '', 'ratelimit-remaining': 'none' }, 0)).toBeUndefined();
  });
});

describe('the share of a replica', () => {
  it('is its part of all partitions that lead to sends', () => {
    const partitions = new Map([
      ['email.requested', 6],
      ['email.due', 2],
    ]);
    expect(shareOf({ 'email.requested': [0, 1], 'status.changed': [0, 1, 2] }, partitions)).toBe(0.25);
    expect(shareOf({}, partitions)).toBe(0);
  });

  it('is everything while the topics are not known', () => {
    expect(shareOf({}, new Map())).toBe(1);
  });
});

describe('the time a message that is sent away asks again', () => {
  it('comes one after another at the pace of the limit', () => {
    const first = nextAttemptAt(31_000, 0, 1_000, 0);
    const second = nextAttemptAt(31_000, first, 1_000, 0);
    expect([first, second, nextAttemptAt(31_000, second, 1_000, 500)]).toEqual([31_000, 32_000, 33_000]);
  });

  it('lies at most a quarter of an hour ahead, unless the provider itself asks for more', () => {
    expect(nextAttemptAt(31_000, 10_000_000, 1_000, 0)).toBe(900_000);
    expect(nextAttemptAt(3_600_000, 0, 0, 0)).toBe(3_600_000);
  });

  it('is now where this replica has no share', () => {
    expect(nextAttemptAt(Infinity, 0, 0, 7)).toBe(7);
  });
});

describe('SENDER_RATES', () => {
  const parse = (SENDER_RATES?: string) => senderRatesOf(z.object(permitSettings).parse({ SENDER_RATES }));

  it('names senders and their rates', () => {
    expect([...parse('+15005550006=1, *=2.5')]).toEqual([
      ['+15005550006', 1],
      ['*', 2.5],
    ]);
    expect(parse().size).toBe(0);
  });

  it.each(['+15005550006', '+15005550006=', 'a=1,,b=2', '=1', 'a=0', 'a=0.01', 'a=-1'])('refuses %p', (text) => {
    expect(() => parse(text)).toThrow('SENDER_RATES');
  });
});
