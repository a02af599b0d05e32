import {
  type ControlChanged,
  controlKey,
  type ControlTarget,
  nearestInstant,
  pauseKey,
  type SendDeferred,
} from '#libs/contracts';
import { aFailure } from '#libs/testing';
import { numbered } from '../../../../apps/reporting/src/controls/control.ts';
import { planRetry } from '../../../../apps/retry/src/plan/retry.policy.ts';
import { standardPolicy } from '../../../../apps/retry/src/policy/standard-policy.ts';
import { paused } from '../../src/controls/control.policy.ts';
import type { Delivery, Outcome } from '../../src/delivery.ts';
import { eventsFor } from '../../src/publish/events.policy.ts';
import { aDelivery, type TestMessage } from '../builders/a-delivery.ts';
import { chance } from '../holds-model/history.ts';
import { ControlsInMemory } from './table.ts';
import type { Rules } from './rules.ts';

interface Message {
  delivery: Delivery<TestMessage>;
  state: 'queued' | 'claimed' | 'parked' | 'sent' | 'cancelled' | 'unconfirmed' | 'expired';
  /** Claimed: the last moment to write a request, and what it is. */
  deadline: number;
  waitsFor: string;
  notBefore: number;
  taken: number;
}

/** A row of reporting. */
interface Kept {
  value: ControlChanged;
  isPublished: boolean;
}

const LEASE_MS = 1_000;
/** A commit may take longer than the lease's guard. */
const STALL_MS = 1_500;
const STEPS = 120;
const tenants = ['shop', 'other'];
const targets: ControlTarget[] = [
  { kind: 'tenant', tenant: 'shop' },
  { kind: 'lane', lane: 'transactional' },
];

/** One random history: an operator, reporting, a topic that brings its records in any order, a channel, and retry. */
export class History {
  readonly violations = new Set<string>();
  private now = 1_900_000_000_000;
  private readonly random: (n: number) => number;
  private readonly messages: Message[];
  private rows = new Map<string, Kept>();
  private backup = new Map<string, Kept>();
  private order;
  private isReread = true;
  private readonly topic: ControlChanged[] = [];
  private readonly undelivered = { channel: [] as ControlChanged[], retry: [] as ControlChanged[] };
  private channel: ControlsInMemory;
  private readonly retry: ControlsInMemory;
  private readonly done = new Set<string>();
  private operations = 0;
  private isQuiet = false;

  constructor(
    seed: number,
    private readonly rules: Rules,
  ) {
    this.random = chance(seed);
    this.order = rules.order();
    this.channel = new ControlsInMemory(rules);
    this.retry = new ControlsInMemory(rules);
    for (let warm = 0; warm < 5; warm += 1) this.random(2);
    this.messages = Array.from({ length: 2 + this.random(3) }, (_, number) => this.aMessage(number));
  }

  play(): string[] {
    for (let step = 0; step < STEPS; step += 1) this.act();
    this.isQuiet = true;
    this.settle();
    this.order.stale().forEach((key) => this.publishAgain(key));
    for (const target of targets) this.operate(target, 'off');
    this.settle();
    for (let round = 0; round < 60 && this.messages.some(({ state }) => isOpen(state)); round += 1) {
      this.now += LEASE_MS / 4;
      for (const message of this.messages) this.goOn(message);
    }
    if (this.messages.some(({ state }) => isOpen(state))) this.violations.add('a message has no end');
    this.compare();
    for (const { state, taken } of this.messages) {
      if (state === 'cancelled' && taken > 0) this.violations.add('cancelled though it was taken');
      if (taken > 1) this.violations.add('sent twice');
    }
    return [...this.violations];
  }

  private aMessage(number: number): Message {
    const delivery = aDelivery({
      messageId: `m-${number}`,
      tenant: tenants[this.random(2)]!,
      tags: this.random(2) === 0 ? ['sale'] : [],
      requestedAt: new Date(this.now),
      expiresAt: new Date(this.now + 72 * 3_600_000),
      position: number,
    });
    return { delivery, state: 'queued', deadline: 0, waitsFor: '', notBefore: 0, taken: 0 };
  }

  private act(): void {
    this.now += this.random(150);
    const message = this.messages[this.random(this.messages.length)]!;
    switch (this.random(13)) {
      case 0:
      case 1:
        return this.operate(targets[this.random(2)]!, this.random(2) === 0 ? 'on' : 'off');
      case 2:
        return this.random(8) === 0 ? this.cancel() : this.withdraw();
      case 3:
      case 4:
        return this.publish();
      case 5:
        return this.deliver(this.channel, this.undelivered.channel);
      case 6:
        return this.deliver(this.retry, this.undelivered.retry);
      case 7:
        return this.report();
      case 8:
        return this.random(6) === 0 ? this.restoreReporting() : undefined;
      case 9:
        return this.random(10) === 0 ? this.restoreChannel() : undefined;
      default:
        return this.goOn(message);
    }
  }

  // Reporting

  private operate(target: ControlTarget, state: 'on' | 'off'): void {
    const key = pauseKey(target);
    const known = this.rows.get(key);
    const isOn = known?.value.kind === 'pause' && known.value.state === 'on';
    if (state === 'off' && !isOn) return;
    this.keep({ kind: 'pause', target, state, ...this.made() });
  }

  private cancel(): void {
    const rule = { tenant: 'shop', tag: 'sale', requestedUpTo: nearestInstant(this.now) };
    this.keep({ kind: 'cancel', rule, until: nearestInstant(this.now + 604_800_000), ...this.made() });
  }

  /** One of the rules that are in force, now and then. */
  private withdraw(): void {
    if (this.random(4) > 0) return;
    const on = [...this.rows.values()].map(({ value }) => value).filter(({ kind }) => kind === 'cancel');
    const known = on[this.random(Math.max(1, on.length))];
    if (known?.kind !== 'cancel' || known.state === 'off') return;
    const { rule, until, ruleId = known.operationId } = known;
    this.keep({ kind: 'cancel', rule, until, ruleId, state: 'off', ...this.made() });
  }

  private made() {
    this.operations += 1;
    this.now += 1;
    const operationId = `op-${this.operations}`;
    return { eventId: operationId, operationId, seq: 1, by: 'key:test', reason: 'r', at: nearestInstant(this.now) };
  }

  private keep(value: ControlChanged): void {
    const key = controlKey(value);
    const seq = (this.rows.get(key)?.value.seq ?? 0) + 1;
    this.rows.set(key, { value: numbered(value, seq), isPublished: false });
    if (this.random(3) === 0) this.backup = copyOf(this.rows);
  }

  /** From the rows. A producer that has lost its lock may write what it had read before: `late`. */
  private publish(): void {
    if (!this.isReread) return this.reread();
    for (const row of this.rows.values()) {
      if (row.isPublished) continue;
      row.isPublished = true;
      this.append(row.value);
    }
    const last = this.topic.at(-2);
    if (!this.isQuiet && last && this.random(12) === 0) this.append(last);
  }

  private append(record: ControlChanged): void {
    this.topic.push(record);
    this.undelivered.channel.push(record);
    this.undelivered.retry.push(record);
    if (this.order.read(controlKey(record), record.seq)) this.publishAgain(controlKey(record));
    this.follow(record);
  }

  private follow(record: ControlChanged): void {
    const key = controlKey(record);
    const known = this.rows.get(key);
    const found = this.rules.followed(known?.value, record);
    if (found === 'record') this.rows.set(key, { value: record, isPublished: true });
    if (found === 'above') this.rows.set(key, { value: numbered(known!.value, record.seq + 1), isPublished: false });
  }

  private publishAgain(key: string): void {
    const row = this.rows.get(key);
    if (row) this.rows.set(key, { ...row, isPublished: false });
  }

  /** An older state; an operator may order something before the start has read the topic. */
  private restoreReporting(): void {
    this.rows = copyOf(this.backup);
    this.isReread = false;
    this.order = this.rules.order();
  }

  private reread(): void {
    this.isReread = true;
    for (const record of this.topic) {
      this.order.read(controlKey(record), record.seq);
      this.follow(record);
    }
    for (const key of this.order.stale()) this.publishAgain(key);
  }

  // Services

  private deliver(table: ControlsInMemory, waiting: ControlChanged[]): void {
    if (waiting.length === 0) return;
    const at = this.random(waiting.length);
    // Some come once more.
    const [record] = this.random(4) === 0 ? [waiting[at]!] : waiting.splice(at, 1);
    table.apply(record!, this.now, this.isQuiet ? 0 : this.random(3) * STALL_MS);
  }

  /** The topic is compacted: of each key the last record is left. The service works only once it has read it. */
  private restoreChannel(): void {
    for (const message of this.messages) if (message.state === 'claimed') this.again(message);
    this.channel = new ControlsInMemory(this.rules);
    for (const record of new Map(this.topic.map((one) => [controlKey(one), one])).values())
      this.channel.apply(record, this.now, 0);
    this.undelivered.channel.length = 0;
  }

  private report(): void {
    for (const operationId of this.channel.round(this.now, LEASE_MS)) this.done.add(operationId);
  }

  /** Everything that is under way arrives. */
  private settle(): void {
    for (let round = 0; round < 4; round += 1) {
      this.publish();
      for (const name of ['channel', 'retry'] as const) {
        for (const record of this.undelivered[name].splice(0)) this[name].apply(record, this.now, 0);
      }
    }
    this.now += 2 * STALL_MS;
  }

  /** What the services hold is what the operator has said last; a restored one reads the same. */
  private compare(): void {
    if (this.random(2) === 0) this.restoreChannel();
    for (const [key, { value }] of this.rows) {
      for (const table of [this.channel, this.retry]) {
        const held = table.rows.get(key)?.control;
        if (held?.operationId !== value.operationId)
          this.violations.add('a service holds another state than reporting');
      }
    }
  }

  // Messages

  private goOn(message: Message): void {
    if (message.state === 'queued') this.claim(message);
    else if (message.state === 'claimed') this.call(message);
    else if (message.state === 'parked') this.bringForward(message);
  }

  private claim(message: Message): void {
    const { delivery } = message;
    const controls = this.channel.inForce(this.now);
    if (delivery.mode === 'reconcile') {
      const hindered = this.rules.onlyReads(controls, delivery, 'resend', this.now);
      if (hindered?.isCancelled) return void (message.state = 'unconfirmed');
      if (hindered) return this.park(message, paused(hindered.pauses, delivery, this.now));
    } else {
      const cancelled = this.rules.cancelledByRule(controls, delivery, this.now);
      if (cancelled) {
        if (!this.isQuiet) this.checkWithdrawn(controls);
        return void (message.state = cancelled.kind === 'cancelled' ? 'cancelled' : 'unconfirmed');
      }
      const pauses = this.rules.pausesOf(controls, delivery, this.now);
      if (pauses.length > 0) return this.park(message, paused(pauses, delivery, this.now));
    }
    message.state = 'claimed';
    message.deadline = this.now + LEASE_MS;
  }

  /** Written at any time before the deadline; the answer may be lost. */
  private call(message: Message): void {
    if (this.now >= message.deadline) return this.again(message);
    if (!this.isQuiet) this.checkDone(message);
    const isLook = message.delivery.mode === 'reconcile';
    const isTaken = this.random(4) > 0;
    // A repeat under its key is taken once.
    if (isTaken && (!isLook || message.taken === 0)) message.taken += 1;
    if (isLook || (isTaken && this.random(3) > 0))
      return void (message.state = message.taken > 0 ? 'sent' : 'unconfirmed');
    const { delivery } = message;
    const at = nearestInstant(this.now);
    const failure = aFailure({ kind: 'unknown' });
    const isLookedFor = this.random(3) > 0;
    message.state = 'queued';
    message.delivery = {
      ...delivery,
      hop: delivery.hop + 1,
      attempts: [...delivery.attempts, { attempt: 1, hop: delivery.hop, at, provider: 'resend', failure }],
      // Else the window is over: it would be sent again, under another key.
      ...(isLookedFor || message.taken > 0
        ? {
            mode: 'reconcile',
            unconfirmedCall: {
              hop: delivery.hop,
              callId: 'c',
              provider: 'resend',
              at,
              replay: { key: 'k', digest: 'd' },
            },
            unconfirmedSince: at,
          }
        : {}),
    };
    // Looked for in vain: by policy it would go again, although it may have been taken.
    if (message.taken > 0 && this.random(3) === 0) message.delivery = { ...message.delivery, mode: 'send' };
    if (message.delivery.mode === 'send' && message.taken > 0) this.resend(message);
  }

  /** Only what a rule cancels is of interest here: a second copy by policy is no matter of controls. */
  private resend(message: Message): void {
    const rule = this.rules.cancelledByRule(this.channel.inForce(this.now), message.delivery, this.now);
    message.state = rule?.kind === 'cancelled' ? 'cancelled' : 'unconfirmed';
  }

  private checkDone({ delivery }: Message): void {
    // A restored reporting that has not read the topic yet does not know what was said last.
    if (!this.isReread) return;
    for (const { value } of this.rows.values()) {
      if (value.kind !== 'pause' || value.state !== 'on' || !this.done.has(value.operationId)) continue;
      const isAbout = value.target.kind === 'lane' || delivery.tenant === 'shop';
      if (isAbout) this.violations.add('called after done');
    }
  }

  private checkWithdrawn(controls: readonly ControlChanged[]): void {
    if (!this.isReread) return;
    const read = new Set(controls.map(controlKey));
    for (const [key, { value }] of this.rows) {
      const isOver = value.kind === 'cancel' && value.state === 'off' && this.done.has(value.operationId);
      if (isOver && read.has(key)) this.violations.add('cancelled by a rule that was withdrawn');
    }
  }

  private again(message: Message): void {
    message.state = 'queued';
    message.delivery = { ...message.delivery, hop: message.delivery.hop + 1 };
  }

  private park(message: Message, outcome: Outcome): void {
    const { deferred } = eventsFor(message.delivery, outcome) as { deferred: SendDeferred };
    const known = { accepted: false, cancelled: false };
    const { plan } = planRetry(deferred, known, standardPolicy, { now: this.now, jitter: 0.5 });
    message.state = 'parked';
    message.waitsFor = plan!.waitsFor!;
    message.notBefore = Date.parse(plan!.notBefore!);
    if (this.isQuiet) message.notBefore = this.now;
    message.delivery = { ...message.delivery, hop: message.delivery.hop + 1, rests: 0 };
  }

  private bringForward(message: Message): void {
    if (message.notBefore > this.now && !this.isQuiet) this.now += this.random(2_000);
    const isOpen = this.rules.isOpen(message.waitsFor, this.retry.pauses(this.now), this.now);
    if (isOpen && (this.isQuiet || message.notBefore <= this.now)) message.state = 'queued';
  }
}

const isOpen = (state: Message['state']) => state === 'queued' || state === 'claimed' || state === 'parked';

const copyOf = (rows: ReadonlyMap<string, Kept>) => new Map([...rows].map(([key, row]) => [key, { ...row }]));
