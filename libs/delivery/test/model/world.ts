import {
  type CancelRequested,
  type fold,
  identityKey,
  type Lane,
  RecordRefused,
  type StatusChanged,
  topicName,
  topics,
} from '#libs/contracts';
import type { ProviderCall, BatchResponse } from '#libs/providers';
import type { Publisher } from '#libs/transport';
import type { Clock } from '../../src/clock.ts';
import type { OutcomeEvents } from '../../src/publish/events.policy.ts';
import type { Claim, Delivery, Ledger, Settlement, SuppressionFound } from '../../src/delivery.ts';
import type { Handovers } from '../../src/handover/handovers.port.ts';
import { aPublisher } from '../builders/a-publisher.ts';
import type { Fault } from './faults.ts';
import { refOf } from './people.ts';
import { HandoverTable } from './handover-table.ts';
import { LedgerTable } from './ledger-table.ts';
import { type Evidence, RetryTables } from './retry-tables.ts';
import { type Process, Scheduler } from './scheduler.ts';
import { Broker } from './sim-kafka.ts';
import {
  type Accepted,
  type JointFaults,
  type LookUp,
  type Message,
  type ProviderChance,
  type ProviderWorld,
  receipts,
  type RefusalOfOne,
} from './sim-provider.ts';
import { noon, VirtualClock } from './virtual-clock.ts';

/** The duration of a lease, in milliseconds: a call's timeout and the guard. */
export const leaseMs = 8_000;
export const guardMs = 3_000;
export const retentionDays = 14;
/** After how long without an answer published messages are checked, in milliseconds. */
export const answerMs = 15_000;

type Outgoing = Parameters<Publisher['publish']>[0];

/** A seeded bug, to see that the invariants detect it. */
export interface Variant extends JointFaults {
  ledger?: (leaseMs: number, retentionDays: number, now: number) => LedgerTable;
  retry?: (leaseMs: number) => RetryTables;
  handovers?: () => HandoverTable;
  /** A released message without an answer counts as lost, however far its channel has read. */
  takesLagForLoss?: boolean;
  /** A fact that comes with a hand-over counts as the answer. */
  takesAnyFactForAnAnswer?: boolean;
  /** A hand-over may be published before the facts of its hop. */
  handsOverFirst?: boolean;
  /** A message that retry releases again is absorbed like any other repeat. */
  absorbsWhatIsAskedAgain?: boolean;
  /** How long the worker believes its lease to be, in milliseconds. */
  believedLeaseMs?: number;
  /** The record counts as finished before its facts are published. */
  commitsBeforePublishing?: boolean;
  /** A partition that was revoked is committed all the same. */
  commitsWhatWasGivenAway?: boolean;
  /** Changes the facts of a hop. */
  eventsFor?: (eventsFor: OutcomeEvents) => OutcomeEvents;
  /** The second half of a batch of settlements counts as written without being written. */
  settlesHalfABatch?: boolean;
  /** The results of a batch of claims are mixed up. */
  crossesAnswers?: boolean;
  fold?: typeof fold;
  /** Suppressed recipients are sent to all the same, together with others. */
  goesToAll?: boolean;
  /** The message of a quarantined record is not ended. */
  endsNothing?: boolean;
  /** Whatever an error has stopped ends as failed, whatever its state in the ledger. */
  endsUnasked?: boolean;
  /** What depends on time is decided before the ledger is asked, and not stored there. */
  admitsBeforeClaim?: boolean;
}

export interface Conditions {
  lane: Lane;
  lookUp: LookUp;
  refusal: RefusalOfOne;
}

/** Every request to the provider succeeds. */
export const atEase: ProviderChance = { route: 'open', ending: 'taken', receipt: 'delivered' };

/** What all processes of a history share, and what the invariants need. */
export class World implements ProviderWorld {
  readonly clock = new VirtualClock();
  readonly scheduler = new Scheduler(this.clock);
  readonly broker = new Broker();
  readonly accepted: Accepted[] = [];
  readonly ledger: LedgerTable;
  readonly retry: RetryTables;
  readonly handovers: HandoverTable;
  readonly variant: Variant;
  readonly lane: Lane;
  readonly lookUp: LookUp;
  readonly refusal: RefusalOfOne;
  readonly answered = new Map<string, BatchResponse>();
  /** Messages and hops (`m1/1`) that the provider has refused for their own content. */
  readonly refused = new Set<string>();
  /** Keyed hashes of the suppressed recipients. */
  readonly suppressed = new Set<string>();
  /** The messages of which a record was quarantined. */
  readonly quarantined = new Set<string>();
  /** Decides the provider's next response. */
  chance: () => ProviderChance = () => atEase;
  private readonly reported = new Map<string, number>();
  private readonly claimedKnowing = new Map<string, number | undefined>();
  /** By token: the recipients that were known as suppressed when it was claimed. */
  /** Tokens of claims that succeeded after the channel knew that upstream had cancelled the message. */
  private readonly unwanted = new Set<string>();
  private readonly forbidden = new Map<string, ReadonlySet<string>>();

  constructor({ lane, lookUp, refusal }: Conditions, variant: Variant) {
    this.lane = lane;
    this.lookUp = lookUp;
    this.refusal = refusal;
    this.variant = variant;
    this.ledger = variant.ledger?.(leaseMs, retentionDays, noon) ?? new LedgerTable(leaseMs, retentionDays, noon);
    this.retry = variant.retry?.(30_000) ?? new RetryTables(30_000, answerMs);
    this.handovers = variant.handovers?.() ?? new HandoverTable(answerMs);
  }

  get facts(): StatusChanged[] {
    return this.broker
      .logOf(`${topics.statusChanged.name}/0`)
      .map(({ value }) => JSON.parse(value.toString()) as StatusChanged);
  }

  /** The messages that have a dead letter. */
  get deadLettered(): Set<string> {
    return new Set(
      this.broker
        .logOf(`${topics.deadLetters.name}/0`)
        .map(({ value }) => (JSON.parse(value.toString()) as { messageId: string }).messageId),
    );
  }

  /** The records about a message that are evidence of an acceptance. */
  evidenceOf(messageId: string): Evidence[] {
    return this.broker.readable(`${topics.statusChanged.name}/0`).flatMap(({ value, timestamp }) => {
      const fact = JSON.parse(value.toString()) as StatusChanged;
      const proves = fact.messageId === messageId && (fact.source === 'receipt' || fact.source === 'lookup');
      return proves ? [{ hop: fact.hop, at: timestamp }] : [];
    });
  }

  /** When the next wait ends or the next plan is due; undefined where nothing waits for its time. */
  get nextTime(): number | undefined {
    const next = Math.min(this.scheduler.nextTime ?? Infinity, this.nextRound ?? Infinity);
    return Number.isFinite(next) ? Math.max(next, this.clock.now) : undefined;
  }

  /** When a loop of retry or of a channel has work; undefined where it has none. */
  get nextRound(): number | undefined {
    const next = Math.min(this.retry.nextTime ?? Infinity, this.handovers.nextTime ?? Infinity);
    return Number.isFinite(next) ? next : undefined;
  }

  /** A process waits where it can be killed. */
  clockOf(process: Process): Clock {
    const { clock, scheduler } = this;
    return { now: () => clock.now, steady: () => clock.now, wait: (ms) => scheduler.wait(process, ms) };
  }

  publisherOf(process: Process): Pick<Publisher, 'publish' | 'publishAll'> {
    return aPublisher((outgoing) =>
      this.scheduler.ask(process, 'kafka', `publishes ${nameOf(outgoing)}`, () => this.append(outgoing)),
    );
  }

  append({ topic, lane, key, value }: Outgoing): void {
    const { request } = value as { request?: { fault?: Fault } };
    if (request?.fault === refusedOn(topic.name)) throw new RecordRefused(topic.name);
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
    this.broker.append(topicName(topic, '', lane), 0, {
      key: typeof key === 'string' ? Buffer.from(key) : key,
      value: bytes,
      timestamp: this.clock.now,
    });
  }

  ledgerOf(process: Process): Ledger {
    const { scheduler, ledger } = this;
    const ask = <T>(what: string, effect: () => T) => scheduler.ask(process, 'postgres', what, effect);
    return {
      claim: (requests) =>
        ask(
          `claims ${requests.map(({ delivery }) => `${nameOfHop(delivery)} of ${delivery.source}`).join(', ')}`,
          () => {
            const claims = requests.map(({ delivery, token }) => this.claim(delivery, token));
            return this.variant.crossesAnswers ? claims.toReversed() : claims;
          },
        ),
      settle: (settlements) =>
        ask(`settles ${settlements.map((one) => `${nameOfHop(one.delivery)} as ${one.outcome.kind}`).join(', ')}`, () =>
          settlements.map((settlement, index) => this.settle(settlement, index >= settlements.length / 2)),
        ),
      markAccepted: (id: string, hop: number, providerMessageId?: string) =>
        ask(`proves hop ${hop}`, () => {
          this.onFact(id, hop);
          ledger.markAccepted(id, hop, providerMessageId);
        }),
      siblingCalls: (id: string, hop: number, withinMs: number, participants?: string) =>
        ask(`asks for the calls beside hop ${hop}`, () => ledger.siblingCalls(id, hop, withinMs, participants)),
    };
  }

  private settle({ delivery, token, outcome }: Settlement, isLatterHalf: boolean): boolean {
    if (this.variant.settlesHalfABatch && isLatterHalf) return true;
    if (outcome.kind === 'sent') this.onFact(delivery.id, delivery.hop);
    return this.ledger.settle(delivery, token, outcome, this.clock.now);
  }

  /** As the channel does it: stored where claims see it. */
  cancel(process: Process, of: CancelRequested): Promise<void> {
    return this.scheduler.ask(
      process,
      'postgres',
      `keeps that ${of.messageId} is taken back`,
      () => void this.ledger.cancelled.add(identityKey(of)),
    );
  }

  handoversOf(process: Process): Handovers {
    const { scheduler, handovers, clock } = this;
    const ask = <T>(what: string, effect: () => T) => scheduler.ask(process, 'postgres', what, effect);
    return {
      keep: (kept) =>
        kept.length === 0
          ? Promise.resolve([])
          : ask(`keeps the hand-overs of ${kept.map(({ deferred }) => nameOfHop(deferred)).join(', ')}`, () =>
              kept.map(({ id, ...handover }) => {
                handovers.keep(id, handover, clock.now);
                return true as const;
              }),
            ),
      decided: (id, hop) => ask(`keeps the hand-over of hop ${hop} no longer`, () => handovers.decided(id, hop)),
      overdue: () => ask('looks for hand-overs without an answer', () => handovers.overdue(clock.now)),
      takeAgain: (upTo) => ask('takes hand-overs without an answer', () => handovers.takeAgain(upTo, clock.now)),
    };
  }

  take(
    { message: { text, to }, reference }: ProviderCall<Message>,
    { receipt }: ProviderChance,
    together: number,
  ): void {
    const { messageId, tenant, hop, callId, recipientCount: count = 1 } = reference;
    const id = identityKey({ tenant, channel: 'email', messageId });
    const people = to.map(refOf);
    this.accepted.push({
      messageId,
      hop,
      callId,
      text,
      to,
      count,
      together,
      takenAt: this.clock.now,
      leaseLeft: (this.ledger.heldBy(id, hop, callId)?.leaseUntil ?? 0) - this.clock.now,
      knewOf: this.claimedKnowing.get(`${id}/${hop}`),
      afterCancel:
        this.unwanted.has(callId) ||
        this.facts.some((fact) => fact.messageId === messageId && fact.status === 'cancelled'),
      againstRequest: people.some(({ hash }) => this.forbidden.get(callId)?.has(hash)),
      // Each recipient has its own result.
      copies: people.map((recipient, recordId) => ({
        recipient,
        receipt: receipts[(receipts.indexOf(receipt) + recordId) % receipts.length]!,
        reported: false,
      })),
    });
  }

  refuse({ reference: { messageId, hop } }: ProviderCall<Message>): void {
    this.refused.add(nameOfHop({ messageId, hop }));
  }

  private claim(delivery: Delivery<unknown>, token: string): Claim {
    const claim = this.ledger.claim(delivery, token, this.clock.now);
    const known = this.reported.get(delivery.id);
    const key = `${delivery.id}/${delivery.hop}`;
    if (claim.verdict === 'mine' && !this.claimedKnowing.has(key))
      this.claimedKnowing.set(key, known !== undefined && known < delivery.hop ? known : undefined);
    if (claim.verdict !== 'mine' || delivery.mode !== 'send') return claim;
    if (this.ledger.cancelled.has(delivery.id)) this.unwanted.add(token);
    const found = delivery.recipients.flatMap(({ hash }) => (this.suppressed.has(hash) ? [suppressionOf(hash)] : []));
    this.forbidden.set(token, new Set(found.map(({ recipient }) => recipient)));
    return found.length > 0 ? { ...claim, suppressions: found } : claim;
  }

  /** The ledger gets the evidence that a hop was accepted, whatever it does with it. */
  private onFact(id: string, hop: number): void {
    this.reported.set(id, Math.min(hop, this.reported.get(id) ?? hop));
  }
}

/** The error with which Kafka refuses a record of this topic. */
function refusedOn(topic: string): Fault | 'none' {
  if (topic === topics.sendDeferred.name) return 'handing over';
  return topic === topics.emailDue.name ? 'releasing' : 'none';
}

const suppressionOf = (recipient: string): SuppressionFound => ({
  recipient,
  scope: 'all',
  tenant: null,
  reason: 'complaint',
  since: new Date(noon).toISOString(),
});

const nameOfHop = ({ messageId, hop }: { messageId?: string | undefined; hop?: number | undefined }) =>
  `${messageId}/${hop}`;

function nameOf({ topic, value }: Outgoing): string {
  const { status, mode, why } = value as { status?: string; mode?: string; why?: string };
  return `${topic.name} ${nameOfHop(value as { messageId?: string; hop?: number })} ${status ?? mode ?? why ?? ''}`;
}
