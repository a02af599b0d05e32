import { describe, expect, it } from '@jest/globals';
import { behind, beyondEnd, gapsOf, greatest, partitionOf } from './positions.policy.ts';

const offsets = (of: Record<string, number>) => new Map(Object.entries(of));

describe('A database', () => {
  it('was restored where its group has read further than it knows, be it by one record of one partition', () => {
    expect(behind(offsets({ 'a/0': 7, 'a/1': 9 }), offsets({ 'a/0': 7, 'a/1': 10 }))).toEqual([
      { partition: 'a/1', kept: 9, committed: 10 },
    ]);
  });

  it('was not restored where it knows more: it is written before the group commits', () => {
    expect(behind(offsets({ 'a/0': 8 }), offsets({ 'a/0': 7 }))).toEqual([]);
  });

  it('that is empty was restored where its group has read anything, and is new where it has not', () => {
    expect(behind(new Map(), offsets({ 'a/0': 1 }))).toEqual([{ partition: 'a/0', kept: 0, committed: 1 }]);
    expect(behind(new Map(), new Map())).toEqual([]);
  });

  it('has applied more than there is where the topics were made anew', () => {
    expect(beyondEnd(offsets({ 'a/0': 8, 'a/1': 2, 'b/0': 1 }), offsets({ 'a/0': 7, 'a/1': 2 }))).toEqual(['a/0']);
  });

  it('cannot read again what the topic has deleted already, and counts it', () => {
    expect(gapsOf(offsets({ 'a/0': 3, 'a/1': 5 }), offsets({ 'a/0': 10, 'a/1': 5, 'a/2': 4 }))).toEqual([
      { partition: 'a/0', from: 3, to: 10 },
      { partition: 'a/2', from: 0, to: 4 },
    ]);
  });

  it('keeps of two positions the later one', () => {
    expect(greatest(offsets({ 'a/0': 1, 'a/1': 5 }), offsets({ 'a/0': 2, 'b/0': 3 }))).toEqual(
      offsets({ 'a/0': 2, 'a/1': 5, 'b/0': 3 }),
    );
    expect(partitionOf('messaging.email.due/12')).toEqual({ topic: 'messaging.email.due', partition: 12 });
  });
});
