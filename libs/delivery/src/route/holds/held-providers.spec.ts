import { ownFailure, type SendResult } from '#libs/providers';
import type { Failure } from '#libs/contracts';
import { HoldsInMemory } from '../../../test/builders/holds-in-memory.ts';
import { HeldProviders } from './held-providers.ts';
import { holdLimitsOf, holdSettings } from './holds.config.ts';
import type { Hold } from './holds.port.ts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';

const fine: SendResult = { sent: true, providerMessageId: 'x' };
const refused = (more: Partial<Failure>): SendResult => ({
  sent: false,
  failure: ownFailure('http_x', 'account', 'operator', 'Refused.', { httpStatus: 403, ...more }),
});
const throttled = (retryAfterMs?: number): SendResult =>
  refused({ kind: 'throttled', holds: 'all', ...(retryAfterMs !== undefined && { retryAfterMs }) });

describe('the holds of providers', () => {
  let now: number;
  let table: HoldsInMemory;
  const clock = { now: () => now, steady: () => now, wait: () => Promise.resolve() };

  beforeEach(() => {
    now = 1_000_000;
    table = new HoldsInMemory(clock);
  });

  const aReplica = () =>
    new HeldProviders({
      accounts: new Map([['sendgrid', 'a1']]),
      holds: table,
      limits: holdLimitsOf(z.object(holdSettings).parse({})),
      clock,
    });
  const call = async (replica: HeldProviders, result: SendResult | undefined, sender?: string) => {
    replica.leave(replica.enter('sendgrid', sender), result);
    await turn();
  };
  const stateOf = (replica: HeldProviders, sender?: string) => replica.stateOf('sendgrid', sender).state;
  const read = async (replica: HeldProviders) => replica.take(await table.all());

  it('begin with an answer that asks for one, and last as long as it asked, at most five minutes', async () => {
    const replica = aReplica();
    await call(replica, throttled(60_000));
    expect(stateOf(replica)).toBe('held');
    now += 60_001;
    expect(stateOf(replica)).toBe('open');
    const other = aReplica();
    await call(other, throttled(86_400_000));
    now += 300_001;
    expect(stateOf(other)).toBe('open');
  });

  it('are no business of calls without an answer, nor of refusals of the message', async () => {
    const replica = aReplica();
    await call(replica, { sent: false, failure: ownFailure('ECONNRESET', 'unknown', 'backoff', 'Broken.') });
    await call(replica, refused({ kind: 'bad-recipient' }));
    await call(replica, undefined);
    expect([stateOf(replica), await table.all()]).toEqual(['open', []]);
  });

  it('reach the other replicas with their next claim', async () => {
    const [one, other] = [aReplica(), aReplica()];
    await call(one, throttled(60_000));
    expect(stateOf(other)).toBe('open');
    await read(other);
    expect(stateOf(other)).toBe('held');
  });

  it('of one sender stop that sender alone', async () => {
    const replica = aReplica();
    await call(replica, refused({ holds: 'sender' }), 'wrong@shop.test');
    expect([stateOf(replica, 'wrong@shop.test'), stateOf(replica, 'right@shop.test')]).toEqual(['held', 'open']);
  });

  it('are lifted by a probe alone, and only one call at a time probes', async () => {
    const replica = aReplica();
    const straggler = replica.enter('sendgrid', undefined);
    await call(replica, throttled(60_000));
    replica.leave(straggler, fine);
    expect(stateOf(replica)).toBe('held');
    now += 60_001;
    const probe = replica.enter('sendgrid', undefined);
    expect(stateOf(replica)).toBe('probing');
    replica.leave(probe, fine);
    await turn();
    expect([stateOf(replica), await table.all()]).toMatchObject(['open', [{ state: 'lifted' }]]);
  });

  it('are not lifted by the probe of the hold before', async () => {
    const [one, other] = [aReplica(), aReplica()];
    await call(one, throttled(60_000));
    now += 60_001;
    const slow = one.enter('sendgrid', undefined);
    await read(other);
    await call(other, throttled(60_000));
    await read(one);
    now += 120_000;
    one.leave(slow, fine);
    await turn();
    expect((await table.all())[0]).toMatchObject({ state: 'held', round: 2 });
  });

  it('last longer each time a probe is refused, up to a quarter of an hour for an account', async () => {
    const replica = aReplica();
    const lengths: number[] = [];
    for (let round = 1; round <= 6; round += 1) {
      await call(replica, refused({ holds: 'all', httpStatus: 401 }));
      const [{ leftMs } = { leftMs: 0 }] = await table.all();
      lengths.push(leftMs / 60_000);
      now += leftMs + 1;
    }
    expect(lengths).toEqual([1, 2, 4, 8, 15, 15]);
  });

  it('stay half open after a probe without a verdict: the next call probes', async () => {
    const replica = aReplica();
    await call(replica, throttled(60_000));
    now += 60_001;
    await call(replica, undefined);
    await call(replica, { sent: false, failure: ownFailure('ECONNRESET', 'unknown', 'backoff', 'Broken.') });
    expect((await table.all())[0]!.state).toBe('held');
    await call(replica, fine);
    expect((await table.all())[0]!.state).toBe('lifted');
  });

  it('are asked for once by all the calls that were out as the provider began to refuse', async () => {
    const replica = aReplica();
    const changes: Hold[] = [];
    replica.onChange = (hold) => changes.push(hold);
    const out = Array.from({ length: 50 }, () => replica.enter('sendgrid', undefined));
    for (const passage of out) replica.leave(passage, throttled(60_000));
    await turn();
    expect(changes).toMatchObject([{ state: 'held', round: 1 }]);
  });

  it('are not brought back by a row that was read before they were lifted', async () => {
    const replica = aReplica();
    await call(replica, throttled(60_000));
    const before = await table.all();
    await table.lift(before[0]!.id, 'an operator');
    await read(replica);
    expect(stateOf(replica)).toBe('open');
    replica.take(before);
    expect(stateOf(replica)).toBe('open');
  });
});
