import { type ControlTarget, topics } from '#libs/contracts';
import { HeldTopics } from '#libs/transport';
import { describe, expect, it } from '@jest/globals';
import { carryOut, pausedConcern } from './carry-out.ts';
import { PausedTopics } from './paused-topics.service.ts';

const HALF_MS = (topics.emailRequested.retentionHours * 3_600_000) / 2;
const aPause = (target: ControlTarget, forMs = 1_000, more: object = {}) => ({
  key: 'k',
  forMs,
  control: {
    kind: 'pause' as const,
    target,
    state: 'on' as const,
    seq: 1,
    eventId: 'e',
    operationId: 'o',
    by: 'key:test',
    reason: 'somebody’s words',
    at: '2030-01-31T12:00:00.000Z',
    ...more,
  },
});
const names = ['p.email.requested', 'p.email.requested.urgent', 'p.email.requested.bulk'];

describe('The requests of what an operator has paused', () => {
  const heldUnder = (...inForce: ReturnType<typeof aPause>[]) => {
    const held = new HeldTopics();
    held.hold('backlog', ['p.email.requested.bulk']);
    const controls = { inForce: () => inForce };
    new PausedTopics({ channel: 'email', prefix: 'p.', controls, held, logger: { info: () => undefined } }).look();
    held.hold('backlog', []);
    return [...names, 'p.sms.requested', 'p.email.due'].filter((name) => held.has(name));
  };

  it.each<[string, ControlTarget, string[]]>([
    ['its channel', { kind: 'channel', channel: 'email' }, names],
    ['another channel', { kind: 'channel', channel: 'sms' }, []],
    ['a lane of every channel', { kind: 'lane', lane: 'bulk' }, [names[2]!]],
    ['a lane of this channel', { kind: 'lane', lane: 'urgent', channel: 'email' }, [names[1]!]],
    ['a lane of another channel', { kind: 'lane', lane: 'urgent', channel: 'sms' }, []],
    ['a tenant: its messages lie among others', { kind: 'tenant', tenant: 'shop' }, []],
    ['a provider: another one may take them', { kind: 'provider', channel: 'email', provider: 'resend' }, []],
  ])('stay in Kafka where that is %s', (_, target, expected) => {
    expect(heldUnder(aPause(target))).toEqual(expected);
  });

  it('are read after half the time for which Kafka keeps them: unread, they would be deleted', () => {
    expect(heldUnder(aPause({ kind: 'lane', lane: 'bulk' }, HALF_MS - 1))).toEqual([names[2]]);
    expect(heldUnder(aPause({ kind: 'lane', lane: 'bulk' }, HALF_MS))).toEqual([]);
  });

  it('show in the readiness of their channel, without a person’s words', () => {
    const until = '2030-01-31T14:00:00Z';
    const inForce = [
      aPause({ kind: 'provider', channel: 'email', provider: 'resend' }),
      aPause({ kind: 'lane', lane: 'bulk' }, 1, { until }),
      aPause({ kind: 'channel', channel: 'sms' }),
    ];
    expect(pausedConcern(inForce, 'email')?.meaning).toBe(
      `Paused by an operator: the provider resend (email), until resumed; the lane bulk, until ${until}.`,
    );
    expect(pausedConcern([inForce[2]!], 'email')).toBeUndefined();
  });
});

describe('A control in its channel', () => {
  const open = (control: ReturnType<typeof aPause>['control'] | object) =>
    carryOut({ key: 'k', control: control as never, seenForMs: 0, counts: {}, sweptTo: null }, around);
  /** Who has lifted which hold. */
  const lifted = new Map<string, string | undefined>([['by a probe', undefined]]);
  const lift = (id: string, by?: string) => {
    if (id === 'over') return Promise.resolve(undefined);
    if (!lifted.has(id)) lifted.set(id, by);
    return Promise.resolve({ id, by: lifted.get(id) } as never);
  };
  const around = { channel: 'email' as const, providerNames: ['sendgrid', 'resend'], holds: { lift } };

  it('fails where it is about a provider that there is not', async () => {
    const target = { kind: 'provider' as const, channel: 'email' as const, provider: 'sengrid' };
    expect(await open(aPause(target).control)).toEqual({
      failed: 'email has no such provider. It has sendgrid, resend.',
    });
    expect(await open(aPause({ ...target, channel: 'sms' }).control)).toEqual({ done: true });
    expect(await open(aPause({ ...target, provider: 'resend' }).control)).toEqual({ done: true });
  });

  it('lifts the hold that it names; carried out again, it says the same', async () => {
    const word = { kind: 'lift', holdId: 'h-1', by: 'key:test' };
    expect(await open(word)).toEqual({ done: true, counts: { lifted: 1 } });
    expect(await open(word)).toEqual({ done: true, counts: { lifted: 1 } });
  });

  it('says that a hold was lifted before, by somebody else or by a probe', async () => {
    await open({ kind: 'lift', holdId: 'h-2', by: 'key:other' });
    for (const holdId of ['h-2', 'by a probe'])
      expect(await open({ kind: 'lift', holdId, by: 'key:test' })).toEqual({ done: true, counts: { liftedBefore: 1 } });
  });

  it('fails where there is no such hold, and leaves one of another channel to that', async () => {
    expect(await open({ kind: 'lift', holdId: 'over', by: 'key:test' })).toEqual({
      failed: 'email has no such hold: it is over, or another has taken its place. messaging holds list shows them.',
    });
    expect(await open({ kind: 'lift', holdId: 'over', channel: 'sms', by: 'key:test' })).toEqual({ done: true });
  });
});
