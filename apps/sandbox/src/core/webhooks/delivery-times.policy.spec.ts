import { expect, it } from '@jest/globals';
import { webhookPosts } from './delivery-times.policy.ts';

const times = [1000, 1100, 1200];

it('reports an event once, when it happens', () => {
  expect(webhookPosts(times, 1, null)).toEqual([{ wait: 0 }]);
});

it('reports nothing where events are to be lost', () => {
  expect(webhookPosts(times, 1, { drop: true, copies: 3 })).toEqual([]);
});

it('reverses the order of a message’s events', () => {
  const reportedAt = times.map((at, index) => at + webhookPosts(times, index, { reorder: true })[0]!.wait);
  expect(reportedAt).toEqual([1260, 1230, 1200]);
});

it('gives each copy after the first an id of its own, where that is requested', () => {
  expect(webhookPosts(times, 0, { copies: 3, newIds: true }).map(({ copy }) => copy)).toEqual([undefined, 1, 2]);
  expect(webhookPosts(times, 0, { copies: 46 }).filter(({ copy }) => copy !== undefined)).toEqual([]);
});

it('reports as late as it is set to', () => {
  expect(webhookPosts(times, 2, { delayMs: 500, copies: 2 }).map(({ wait }) => wait)).toEqual([500, 530]);
});
