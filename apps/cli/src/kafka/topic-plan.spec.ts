import { describe, expect, it } from '@jest/globals';
import { describeChange, planTopics, wantedTopics, type ExistingTopic } from './topic-plan.ts';

const wanted = wantedTopics({ prefix: 'messaging.', partitions: 6, replication: -1 });
const asWanted: ExistingTopic[] = wanted.map(({ name, partitions, config }) => ({
  name,
  partitions,
  config: { ...config, 'compression.type': 'lz4' },
}));
const changed = (name: string, change: Partial<ExistingTopic>) =>
  asWanted.map((topic) => (topic.name === name ? { ...topic, ...change } : topic));

describe('the topics a broker should have', () => {
  it('has one topic per lane, under the prefix', () => {
    const names = wanted.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'messaging.email.requested',
        'messaging.email.requested.urgent',
        'messaging.email.requested.bulk',
        'messaging.status.changed',
      ]),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('keeps compacted topics without limit, and closes a segment of the others after a day at most', () => {
    const config = (name: string) => wanted.find((topic) => topic.name === name)?.config;
    expect(config('messaging.suppression.changed')).toMatchObject({ 'cleanup.policy': 'compact' });
    expect(config('messaging.suppression.changed')).not.toHaveProperty('retention.ms');
    expect(config('messaging.email.requested')).toMatchObject({ 'cleanup.policy': 'delete', 'segment.ms': '86400000' });
  });
});

describe('the timestamp of a record', () => {
  it('is the broker’s where upstream writes, or a record holds for a time; else the producer’s', () => {
    const stamped = wanted
      .filter(({ config }) => config['message.timestamp.type'] === 'LogAppendTime')
      .map(({ name }) => name);
    const lanes = (name: string) => [name, `${name}.urgent`, `${name}.bulk`];
    expect(stamped).toEqual([
      ...lanes('messaging.email.requested'),
      ...lanes('messaging.sms.requested'),
      'messaging.cancel.requested',
      'messaging.parked.changed',
      'messaging.operation.requested',
    ]);
  });
});

describe('planning topics', () => {
  it('creates all of them on an empty broker', () => {
    expect(planTopics(wanted, []).changes.map(({ kind }) => kind)).toEqual(wanted.map(() => 'create'));
  });

  it('changes nothing where all is as wanted, whatever else an operator has set', () => {
    expect(planTopics(wanted, asWanted)).toEqual({ changes: [], notes: [] });
  });

  it('adds partitions where there are too few', () => {
    const [change, ...others] = planTopics(wanted, changed('messaging.unreadable', { partitions: 2 })).changes;
    expect(others).toEqual([]);
    expect(change).toEqual({ kind: 'add-partitions', name: 'messaging.unreadable', from: 2, to: 6 });
  });

  it('never removes partitions, and reports that', () => {
    const plan = planTopics(wanted, changed('messaging.unreadable', { partitions: 12 }));
    expect(plan.changes).toEqual([]);
    expect(plan.notes).toEqual([
      expect.stringContaining('messaging.unreadable has 12 partitions, more than the 6 wanted'),
    ]);
  });

  it('names each setting that differs', () => {
    const existing = changed('messaging.dead-letters', {
      config: { ...asWanted[0]?.config, 'cleanup.policy': 'compact' },
    });
    const [change] = planTopics(wanted, existing).changes;
    expect(change && describeChange(change)).toContain('cleanup.policy compact → delete');
  });
});
