import { describe, expect, it } from '@jest/globals';
import { pauseKey } from '#libs/contracts';
import { chanceOf } from './check/chance.policy.ts';
import { workloadOf } from './messages.policy.ts';
import { operationsOf } from './operations.policy.ts';
import { planOf } from './plan.policy.ts';

const options = {
  seed: 4,
  kills: 16,
  restores: 0,
  victims: ['email', 'sms', 'retry'],
  services: ['email'],
  sessionTimeoutMs: 6_000,
  callTimeoutMs: 2_000,
};
const workload = { seed: 4, count: 500, tenant: 'chaos', channels: ['email', 'sms'] as const, repeated: 0.1 };

describe('a chaos run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planOf(options)).toEqual(planOf(options));
    expect(planOf({ ...options, seed: 5 })).not.toEqual(planOf(options));
    expect(workloadOf(workload)).toEqual(workloadOf(workload));
    expect(workloadOf({ ...workload, seed: 5 })).not.toEqual(workloadOf(workload));
  });

  it('has as many blows as asked for, every kind among eight', () => {
    const kinds = planOf(options).faults.map(({ kind }) => kind);
    expect(kinds).toHaveLength(16);
    expect(new Set(kinds.slice(0, 8))).toEqual(
      new Set(['kill', 'freeze', 'end Kafka', 'restart PostgreSQL', 'end connections']),
    );
  });

  it('freezes a process for longer than its group waits for it', () => {
    for (const fault of planOf(options).faults)
      if (fault.kind === 'freeze') expect(fault.ms).toBeGreaterThan(options.sessionTimeoutMs);
  });

  it('lets every provider have every trouble before any comes again', () => {
    const { outages } = planOf({ ...options, kills: 60 });
    for (const [provider, kinds] of [
      ['sendgrid', 9],
      ['twilio', 10],
    ] as const) {
      const names = outages.filter((outage) => outage.provider === provider).map(({ name }) => name);
      expect(new Set(names.slice(0, kinds)).size).toBe(kinds);
    }
  });

  it('restores all schemas together and each alone, from backups of at least twenty seconds ago', () => {
    const { restores } = planOf({ ...options, restores: 4 });
    expect(restores.map(({ services }) => services.join()).toSorted()).toEqual([
      'email',
      'email,sms,retry,reporting',
      'retry',
      'sms',
    ]);
    for (const { backupAt, at } of restores) {
      expect(backupAt).toBeGreaterThan(0);
      expect(at - backupAt).toBeGreaterThanOrEqual(20_000);
    }
  });

  it('strikes nobody shortly before a restore, until what was killed is taken over, nor during it', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { faults, restores, ms } = planOf({ ...options, seed, restores: 4 });
      expect(faults).toHaveLength(16);
      for (const { at } of restores) {
        expect(ms).toBeGreaterThan(at);
        for (const fault of faults) {
          const end = fault.at + ('ms' in fault ? fault.ms : 0);
          expect(end <= at - 16_000 || fault.at >= at + 12_000).toBe(true);
        }
      }
    }
  });

  it('has the same faults in the same order with restores and without', () => {
    const without = (restores: number) => planOf({ ...options, restores }).faults.map(({ at: _, ...fault }) => fault);
    expect(without(3)).toEqual(without(0));
    expect(planOf({ ...options, kills: 0, restores: 1 }).restores).toHaveLength(1);
  });

  it('has every operation before any comes again, on every channel and lane', () => {
    const about = { ms: 400_000, channels: ['email', 'sms'] as const, tenant: 'chaos-4' };
    const operations = operationsOf(about, chanceOf(4, 'operations'));
    expect(operations).toEqual(operationsOf(about, chanceOf(4, 'operations')));
    const kinds = operations.slice(0, 8).map((each) => (each.kind === 'pause' ? pauseKey(each.target) : each.channel));
    expect(kinds.toSorted()).toEqual([
      'email',
      'pause:channel:email',
      'pause:channel:sms',
      'pause:lane:*:bulk',
      'pause:lane:email:transactional',
      'pause:lane:sms:transactional',
      'pause:tenant:chaos-4',
      'sms',
    ]);
    expect(Math.max(...operations.map(({ at }) => at))).toBeLessThan(about.ms);
  });

  it('never has two storms at one provider at a time', () => {
    const ofOne = planOf(options).outages.filter(({ provider }) => provider === 'twilio');
    for (const [index, { at }] of ofOne.entries())
      if (index > 0) expect(at).toBeGreaterThan(ofOne[index - 1]!.at + ofOne[index - 1]!.ms);
  });

  it('holds every lane and channel, several recipients, keys that repeat, and campaigns of one content', () => {
    const { messages, records } = workloadOf(workload);
    const kinds = new Set(messages.map(({ channel, lane }) => `${channel} ${lane}`));
    expect(kinds.size).toBe(6);
    expect(Math.max(...messages.map(({ recipients }) => recipients.length))).toBe(4);
    expect(new Set(messages.map(({ key }) => key)).size).toBeLessThan(messages.length / 2);
    const subjects = new Map(
      records.map(({ messageId, value }) => [messageId, (JSON.parse(value) as { subject?: string }).subject]),
    );
    expect([...subjects.values()].filter((subject) => subject === 'Campaign 1')).toHaveLength(25);
  });

  it('publishes each message at least once, some twice, and the repeats unchanged', () => {
    const { messages, records } = workloadOf(workload);
    const values = new Map(records.map(({ messageId, value }) => [messageId, value]));
    expect(values.size).toBe(messages.length);
    expect(records.length).toBeGreaterThan(messages.length);
    for (const { messageId, value } of records) expect(value).toBe(values.get(messageId));
  });
});
