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
  const lifted: string[] = [];
  const around = {
    channel: 'email' as const,
    providerNames: ['sendgrid', 'resend'],
    holds: { lift: (id: string) => Promise.resolve(lifted.push(id) === 1 ? ({ id } as never) : undefined) },
  };

  it('fails where it is about a provider that there is not', async () => {
    const target = { kind: 'provider' as const, channel: 'email' as const, provider: 'sengrid' };
    expect(await open(aPause(target).control)).toEqual({
      failed: 'email has no such provider. It has sendgrid, resend.',
    });
    expect(await open(aPause({ ...target, channel: 'sms' }).control)).toEqual({ done: true });
    expect(await open(aPause({ ...target, provider: 'resend' }).control)).toEqual({ done: true });
  });

  it('lifts the hold that it names, and says so; once lifted, nothing is left to lift', async () => {
    const lift = { kind: 'lift', holdId: 'h-1', by: 'key:test' };
    expect(await open(lift)).toEqual({ done: true, counts: { lifted: 1 } });
    expect(await open(lift)).toEqual({ done: true, counts: { lifted: 0 } });
    expect(lifted).toEqual(['h-1', 'h-1']);
  });
});
