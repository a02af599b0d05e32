import { expect, it } from '@jest/globals';
import { segmentsOf } from './segments.policy.ts';

it.each([
  ['', 1],
  ['x'.repeat(160), 1],
  ['x'.repeat(161), 2],
  ['€'.repeat(80), 1],
  ['€'.repeat(81), 2],
  ['я'.repeat(70), 1],
  ['я'.repeat(71), 2],
  ['👍'.repeat(36), 2],
])('%.3s… of its length takes %d segments', (body, segments) => {
  expect(segmentsOf(body)).toBe(segments);
});
