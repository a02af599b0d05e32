import { type Lane, type ProviderChanged, type SendDeferred, holdKey } from '#libs/contracts';
import { ownFailure, type SendResult } from '#libs/providers';
import { planRetry } from '../../../../apps/retry/src/plan/retry.policy.ts';
import { lastsMs } from '../../../../apps/retry/src/holds/hold.policy.ts';
import { type KnownHold, stateOf } from '../../../../apps/retry/src/park/key.policy.ts';
import { standardPolicy } from '../../../../apps/retry/src/policy/standard-policy.ts';
import type { Delivery } from '../../src/delivery.ts';
import { eventsFor } from '../../src/publish/events.policy.ts';
import type { Hold } from '../../src/route/holds/holds.port.ts';
import { outcomeOf } from '../../src/send/outcome.policy.ts';
import { aDelivery, type TestMessage } from '../builders/a-delivery.ts';
import type { HoldsInMemory } from '../builders/holds-in-memory.ts';
import { providers, type Replica, replicaOf } from './replica.ts';
import type { Rules } from './rules.ts';

/** Numbers of a seed, from 0 to below `n`. */
export function chance(seed: number): (n: number) => number {
  let state = (seed * 2_654_435_761 + 99) >>> 0 || 1;
  return (n) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % n;
  };
}

interface Message {
  delivery: Delivery<TestMessage>;
  state: 'queued' | 'calling' | 'deferred' | 'planned' | 'sent' | 'expired';
  dueAt: number;
  notBefore: number;
  waitsFor: string | undefined;
  /** Since when a provider would take it and nothing has come of that, in milliseconds. */
  openSince: number | undefined;
  longestOpenMs: number;
  taken: number;
}

interface Call {
  message: Message;
  replica: Replica;
  provider: string;
  startedAt: number;
  giveBack: (result: SendResult | undefined) => void;
  /** The hold that it probes, as the replica knew it. */
  probes: boolean;
}

const lanes: Lane[] = ['urgent', 'transactional', 'bulk'];
const MINUTE = 60_000;
const STEPS = 400;
/** Where providers flap: hops add up slowly. */
const MANY_STEPS = 3_000;
/** More hops than a message takes that rests. */
const MOST_HOPS = 60;
/** The longest that a hold of an account lasts. */
const LONGEST_HOLD_MS = 15 * MINUTE;
/** A message goes at the latest so long after no hold is left: backstop, rests, and what lags. */
const LONGEST_WAIT_MS = 45 * MINUTE;

/** One random history: two replicas of a channel, two providers that throttle in phases, retry, and an operator. */
export class History {
  now = 1_900_000_000_000;
  readonly violations = new Set<string>();
  readonly table: HoldsInMemory;
  private readonly random: (n: number) => number;
  private readonly rules: Rules;
  private readonly messages: Message[] = [];
  private readonly calls: Call[] = [];
  private readonly replicas: Replica[];
  private readonly up = new Map(providers.map((name) => [name, true]));
  /** Since when a provider takes calls; none: it does not. */
  private readonly upSince = new Map(providers.map((name) => [name, 0]));
  private readonly inbox: ProviderChanged[] = [];
  private published = new Map<string, number>();
  private readonly known = new Map<string, KnownHold & { seq: number }>();
  private readonly most: number;
  private isQuiet = false;
  /** Providers at their rate limit: most calls are refused, each for a moment. */
  private isFlapping: boolean;
  /** Without the rule `level`: what a lift has brought forward. */
  private readonly signalled = new Set<Message>();

  constructor(seed: number, rules: Rules) {
    this.random = chance(seed);
    this.isFlapping = seed % 4 === 0;
    this.rules = rules;
    this.table = rules.table({ now: () => this.now });
    this.replicas = [0, 1].map(() => this.start());
    this.most = 4 + this.random(3);
    for (let number = 0; number < 5; number += 1) this.random(2);
  }

  async play(): Promise<void> {
    const steps = this.isFlapping ? MANY_STEPS : STEPS;
    for (let step = 0; step < steps; step += 1) await this.act();
    const wasFlapping = this.isFlapping;
    this.isQuiet = true;
    this.isFlapping = false;
    for (const name of providers) if (!this.up.get(name)) this.turn(name);
    for (let step = 0; step < 4_000 && this.isOpen; step += 1) await this.act();
    if (this.isOpen) this.violations.add('a message has no end');
    for (const { delivery, taken, longestOpenMs, state } of this.messages) {
      if (taken > 1) this.violations.add('sent twice');
      if (delivery.hop > MOST_HOPS) this.violations.add('hops are burnt');
      if (state === 'expired' && !wasFlapping && longestOpenMs > LONGEST_WAIT_MS)
        this.violations.add('expired although a provider took calls');
    }
  }

  private get isOpen(): boolean {
    return this.messages.length < this.most || this.messages.some(({ state }) => !['sent', 'expired'].includes(state));
  }

  private start(): Replica {
    const skewMs = this.random(3) === 0 ? 10 * MINUTE : 0;
    return replicaOf({ rules: this.rules, table: this.table, now: () => this.now, skewMs });
  }

  private async act(): Promise<void> {
    const replica = this.replicas[this.random(2)]!;
    switch (this.random(this.isQuiet ? 10 : 13)) {
      case 0:
        return this.pass(!this.isFlapping && this.random(4) === 0 ? this.random(10 * MINUTE) : this.random(4_000));
      case 1:
        return this.ask();
      case 2:
      case 3:
        return this.take(replica);
      case 4:
      case 5:
        return this.answer();
      case 6:
        return this.plan();
      case 7:
      case 8:
        return this.release();
      case 9:
        return this.report();
      case 10: {
        return this.turn(providers[this.random(2)]!);
      }
      case 11:
        if (this.random(8) === 0) await this.operate();
        return;
      default:
        if (this.random(12) === 0) this.crash(replica);
    }
  }

  private turn(name: string): void {
    const isUp = !this.up.get(name);
    this.up.set(name, isUp);
    if (isUp) this.upSince.set(name, this.now);
    else this.upSince.delete(name);
  }

  private pass(ms: number): void {
    this.now += ms;
    for (const message of this.messages) {
      const waits = ['queued', 'deferred', 'planned'].includes(message.state);
      const takes =
        waits && providers.some((name) => this.now >= (this.upSince.get(name) ?? Infinity) + LONGEST_HOLD_MS);
      if (!takes) message.openSince = undefined;
      message.openSince ??= takes ? this.now : undefined;
      if (message.openSince !== undefined)
        message.longestOpenMs = Math.max(message.longestOpenMs, this.now - message.openSince);
    }
  }

  private ask(): void {
    if (this.messages.length >= this.most) return;
    const life = this.random(2) === 0 ? 5 * MINUTE + this.random(20 * MINUTE) : 24 * 60 * MINUTE;
    const delivery = aDelivery({
      messageId: `m-${this.messages.length}`,
      lane: lanes[this.random(3)]!,
      requestedAt: new Date(this.now),
      expiresAt: new Date(this.now + life),
    });
    this.messages.push({
      delivery,
      state: 'queued',
      dueAt: 0,
      notBefore: 0,
      waitsFor: undefined,
      openSince: undefined,
      longestOpenMs: 0,
      taken: 0,
    });
  }

  /** A claim: the table is read with it. */
  private async take(replica: Replica): Promise<void> {
    const queued = this.messages.filter(({ state }) => state === 'queued');
    if (queued.length === 0) return;
    const message = queued[this.random(queued.length)]!;
    const { delivery } = message;
    const rows = await this.table.all();
    replica.held.take(rows);
    if (delivery.expiresAt.getTime() <= this.now) return this.end(message);
    const route = await replica.routing.acquire(delivery, this.now + 10_000);
    if (!route.open) return this.defer(message, route.outcome);
    const { provider, giveBack } = route.grant;
    const row = rows.find((one) => one.provider === provider.name);
    if (row?.state === 'held' && row.leftMs > 0) this.violations.add('called although the claim has read a hold');
    const probes = row?.state === 'held';
    if (probes && this.calls.some((call) => call.probes && call.replica === replica && call.provider === provider.name))
      this.violations.add('two calls probe at once');
    message.state = 'calling';
    this.calls.push({ message, replica, provider: provider.name, startedAt: this.now, giveBack, probes });
  }

  private async answer(): Promise<void> {
    if (this.calls.length === 0) return;
    const [call] = this.calls.splice(this.random(this.calls.length), 1) as [Call];
    const { message, provider, giveBack } = call;
    const result = this.resultOf(provider);
    if (result.sent) message.taken += 1;
    const before = await this.table.all();
    giveBack(result);
    await Promise.resolve();
    await this.checkLift(call, before);
    const reference = {
      messageId: message.delivery.messageId,
      tenant: 'default',
      lane: message.delivery.lane,
      hop: message.delivery.hop,
      attempt: message.delivery.attemptCount + 1,
      callId: 'c',
    };
    const outcome = outcomeOf(result, provider, reference, this.now);
    if (outcome.kind === 'sent') message.state = 'sent';
    else {
      const { routing } = call.replica;
      const next = routing.isOpenElsewhere(message.delivery, provider)
        ? { elsewhere: true as const }
        : { waitsFor: routing.keyOf(message.delivery) };
      this.defer(message, outcome.kind === 'failed' ? { ...outcome, ...next } : outcome);
    }
  }

  /** A lift without an operator came of a call that began once the hold's time was over. */
  private async checkLift({ provider, startedAt }: Call, before: readonly Hold[]): Promise<void> {
    const held = before.find((row) => row.provider === provider && row.state === 'held');
    const lifted = (await this.table.all()).find((row) => row.id === held?.id && row.state === 'lifted');
    const wasOver = held && startedAt >= Date.parse(held.at) && this.endOf(held) <= startedAt;
    if (lifted && !wasOver) this.violations.add('lifted by a call that was no probe');
  }

  private endOf(hold: Hold): number {
    return this.table.endOf(hold.id) ?? this.now;
  }

  private resultOf(provider: string): SendResult {
    const takes = this.isFlapping ? this.random(40) === 0 : this.up.get(provider);
    if (takes) return { sent: true, providerMessageId: 'p' };
    if (this.isFlapping) return refusal(provider, 1_000);
    const isAccount = this.random(4) === 0;
    const retryAfterMs = [undefined, 1_000, 60_000, 3_600_000, 86_400_000][this.random(5)];
    return isAccount ? accountRefusal(provider) : refusal(provider, retryAfterMs);
  }

  private defer(message: Message, outcome: Parameters<typeof eventsFor>[1]): void {
    const { deferred } = eventsFor(message.delivery, outcome);
    if (!deferred) return this.end(message);
    message.state = 'deferred';
    message.delivery = {
      ...message.delivery,
      attempts: deferred.attempts,
      attemptCount: deferred.attemptCount ?? 0,
      rests: deferred.rests ?? 0,
    };
    this.pending.set(message, deferred);
  }

  private readonly pending = new Map<Message, SendDeferred>();

  /** Retry decides, by its real policy. */
  private plan(): void {
    const [entry] = this.pending;
    if (!entry) return;
    const [message, deferred] = entry;
    this.pending.delete(message);
    const known = { accepted: false, cancelled: false };
    const moment = { now: this.now, jitter: this.random(100) / 100 };
    const decision = this.rules.decide(
      planRetry(deferred, known, this.rules.policy ?? standardPolicy, moment),
      deferred,
      this.now,
    );
    if (!decision.plan) return this.end(message);
    message.state = 'planned';
    message.delivery = { ...message.delivery, hop: message.delivery.hop + 1 };
    message.dueAt = Date.parse(decision.plan.dueAt);
    message.notBefore = decision.plan.notBefore ? Date.parse(decision.plan.notBefore) : 0;
    message.waitsFor = decision.plan.waitsFor;
  }

  private end(message: Message): void {
    message.state = 'expired';
    if (this.now < message.delivery.expiresAt.getTime()) this.violations.add('expired before its time');
  }

  /** A round of retry: what is due goes, and a portion of what waits for a key that is open now. */
  private release(): void {
    let portion = 2;
    for (const message of this.messages) {
      if (message.state !== 'planned') continue;
      const isOpen = this.rules.level
        ? message.waitsFor !== undefined && stateOf(message.waitsFor, this.known, this.now).isOpen
        : this.signalled.delete(message);
      const isForward = isOpen && message.notBefore <= this.now && portion > 0;
      if (isForward) portion -= 1;
      if (isForward || message.dueAt <= this.now) message.state = 'queued';
    }
  }

  /** The changes of the table reach retry, late and in any order. */
  private async report(): Promise<void> {
    for (const hold of await this.table.all()) {
      if ((this.published.get(hold.id + hold.state) ?? 0) >= hold.seq) continue;
      this.published.set(hold.id + hold.state, hold.seq);
      this.inbox.push(changeOf(hold));
    }
    if (this.inbox.length === 0 || this.random(2) === 0) return;
    const [change] = this.inbox.splice(this.random(this.inbox.length), 1) as [ProviderChanged];
    const name = holdKey(change);
    const seq = this.known.get(name)?.seq ?? 0;
    if (this.rules.seq && change.seq <= seq) return;
    const lasts = lastsMs(change);
    this.known.set(name, { seq: change.seq, heldAt: this.now, until: this.now + lasts });
    if (change.state === 'lifted')
      for (const message of this.messages) if (message.state === 'planned') this.signalled.add(message);
  }

  private async operate(): Promise<void> {
    const held = (await this.table.all()).filter(({ state }) => state === 'held');
    if (held.length > 0) await this.table.lift(held[this.random(held.length)]!.id, 'an operator');
  }

  private crash(replica: Replica): void {
    this.replicas[this.replicas.indexOf(replica)] = this.start();
    // What it had out is looked up, and found not to be taken: its calls begin anew.
    for (const call of this.calls.filter((one) => one.replica === replica)) {
      this.calls.splice(this.calls.indexOf(call), 1);
      call.message.state = 'queued';
      call.message.delivery = { ...call.message.delivery, hop: call.message.delivery.hop + 1 };
    }
  }
}

const changeOf = (hold: Hold): ProviderChanged => ({
  ...hold,
  eventId: hold.id,
  channel: 'email',
  holdId: hold.id,
  forMs: hold.leftMs,
});

const accountRefusal = (provider: string): SendResult => ({
  sent: false,
  failure: ownFailure('http_401', 'account', 'operator', 'Refused.', { httpStatus: 401, holds: 'all', provider }),
});

function refusal(provider: string, retryAfterMs: number | undefined): SendResult {
  const more = {
    httpStatus: 429,
    holds: 'all' as const,
    provider,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return { sent: false, failure: ownFailure('http_429', 'throttled', 'backoff', 'Too many.', more) };
}
