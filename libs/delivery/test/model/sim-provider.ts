import {
  type Candidate,
  type LookupResult,
  type LookupRequest,
  Provider,
  type ProviderCall,
  type ProviderCheck,
  type SendResult,
  type BatchResponse,
  allMayStillSend,
  sendBatchBisecting,
} from '#libs/providers';
import type { Failure, RecipientRef } from '#libs/contracts';
import { aFailure } from '#libs/testing';
import type { Clock } from '../../src/clock.ts';
import { keyOf } from '../../../../apps/email/src/providers/resend/send/resend.request.policy.ts';
import type { Fault } from './faults.ts';
import { nobody } from './people.ts';
import type { Process, Scheduler } from './scheduler.ts';

export interface Message {
  text: string;
  to: readonly string[];
  /** The bug of ours that fails with it. */
  fault?: Fault | undefined;
}

/** How a call ends: a response can be lost whether or not the message was accepted. */
export const endings = [
  'taken',
  'taken',
  'lost, taken',
  'lost, taken',
  'lost, not taken',
  'refused',
  'refused for good',
  'refused by the account',
] as const;
/** Whether a call may be made at all. */
export const ways = ['open', 'open', 'open', 'open', 'open', 'full', 'circuit open'] as const;
/** What the provider reports later about an accepted message; `nothing`: its webhook never arrives. */
export const receipts = ['delivered', 'nothing', 'failed', 'bounced'] as const;

/**
 * How the provider can be asked for an earlier call: not at all, by our reference, or by a list of what looks the same.
 */
export const lookUps = ['none', 'by reference', 'by list'] as const;
export type LookUp = (typeof lookUps)[number];

/**
 * How the provider refuses one of several messages in one request: without naming it, naming it, or accepting the
 * others.
 */
export const refusals = ['as a whole', 'by name', 'one by one'] as const;
export type RefusalOfOne = (typeof refusals)[number];

export interface Accepted {
  messageId: string;
  takenAt: number;
  text: string;
  hop: number;
  callId: string;
  /**
   * What remained of the lease under this call's token when the provider accepted it, in milliseconds; below 0 where it
   * had expired.
   */
  leaseLeft: number;
  /** The earlier hop that the ledger knew as accepted before this one was claimed. */
  knewOf: number | undefined;
  afterCancel: boolean;
  to: readonly string[];
  /** One of them was known as suppressed when it was claimed. */
  againstRequest: boolean;
  /** How many messages were in the same request. */
  together: number;
  copies: Copy[];
  /** The number of the message's recipients, those included that were left out. */
  count: number;
}

/** The events of a message for one of its recipients. */
export interface Copy {
  recipient: RecipientRef;
  receipt: (typeof receipts)[number];
  /** Whether its webhook has arrived. */
  reported: boolean;
}

/** What decides over one call from outside the provider. */
export interface ProviderChance {
  route: (typeof ways)[number];
  ending: (typeof endings)[number];
  receipt: (typeof receipts)[number];
}

type Call = ProviderCall<Message>;

export interface ProviderWorld {
  clockOf: (process: Process) => Clock;
  scheduler: Scheduler;
  chance: () => ProviderChance;
  lookUp: LookUp;
  refusal: RefusalOfOne;
  variant: JointFaults;
  accepted: Accepted[];
  take: (call: Call, chance: ProviderChance, together: number) => void;
  /** The provider refuses this message for this reason. */
  refuse: (call: Call) => void;
  /** Its responses to requests, by their keys: a repeated key gets the first response. */
  answered: Map<string, BatchResponse>;
}

/** Seeded bugs of an adapter. */
export interface JointFaults {
  /** The result of the first message of a request is used for all. */
  firstSpeaksForAll?: boolean;
  /** The parts of a request that was refused as a whole are sent under its key. */
  halvesUnderOneKey?: boolean;
  /** Only the last message of a request is asked whether it may still start. */
  asksTheLastAlone?: boolean;
}

/**
 * A provider as one process uses it: the last check of the lease and the acceptance are one step (docs/adr/0016 has the
 * rest).
 */
export class SimProvider extends Provider<Message> {
  readonly name = 'sendgrid';
  override readonly batchLimit = 3;
  private readonly owner: Process;
  private readonly world: ProviderWorld;

  constructor(owner: Process, world: ProviderWorld) {
    super();
    this.owner = owner;
    this.world = world;
  }

  override batchKey = ({ text, to }: Message): string | undefined => (to.length === 1 ? text : undefined);

  async send(call: Call): Promise<SendResult> {
    return (await this.sendBatch([call]))[0]!;
  }

  override async sendBatch(calls: readonly Call[]): Promise<SendResult[]> {
    const { firstSpeaksForAll, halvesUnderOneKey } = this.world.variant;
    const results = await sendBatchBisecting(calls, (members) =>
      this.request(members, keyOf(halvesUnderOneKey ? calls : members)),
    );
    return firstSpeaksForAll ? calls.map(() => results[0]!) : results;
  }

  lookup({ callId, message: { text, to } }: LookupRequest<Message>): Promise<LookupResult> {
    return this.world.scheduler.ask(this.owner, 'provider', 'looks for a lost call', () => {
      if (this.world.lookUp === 'none') return { found: 'unsupported' };
      const alike = this.world.accepted.filter((call) => call.text === text && call.to.join() === to.join());
      if (this.world.lookUp === 'by list') return { found: 'candidates', candidates: alike.map(toCandidate) };
      const known = this.world.accepted.some((call) => call.callId === callId);
      return known ? { found: 'accepted', providerMessageId: `p-${callId}` } : { found: 'absent' };
    });
  }

  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });

  private request(calls: readonly Call[], key: string): Promise<BatchResponse> {
    const { answered, scheduler } = this.world;
    const names = calls.map(({ reference: { messageId, hop } }) => `${messageId}/${hop}`).join(' and ');
    return scheduler.ask(this.owner, 'provider', `calls for ${names}`, () => {
      const asked = this.world.variant.asksTheLastAlone ? calls.slice(-1) : calls;
      if (!allMayStillSend(asked)) return alike(calls, { code: 'MSG_NOT_STARTED' });
      const { answer, lost } = this.answer(calls, answered.get(key));
      answered.set(key, answer);
      return lost ? alike(calls, { kind: 'unknown', code: lost }) : answer;
    });
  }

  /** The provider's result of a request, and how its response was lost, if it was. */
  private answer(calls: readonly Call[], before: BatchResponse | undefined): { answer: BatchResponse; lost?: string } {
    const chance = this.world.chance();
    const { ending } = chance;
    const lost = ending.startsWith('lost') ? ending : undefined;
    if (before) return { answer: before, ...(lost && { lost }) };
    switch (ending) {
      case 'taken':
      case 'lost, taken':
        return { answer: this.take(calls, chance), ...(lost && { lost }) };
      case 'lost, not taken':
        return { answer: alike(calls, {}), lost: ending };
      case 'refused':
        return { answer: alike(calls, {}) };
      case 'refused for good':
        return { answer: this.refuse(calls, new Set()) };
      case 'refused by the account':
        return { answer: alike(calls, { kind: 'account', retry: 'operator', code: ending }) };
    }
  }

  private take(calls: readonly Call[], chance: ProviderChance): BatchResponse {
    const bad = new Set(calls.flatMap(({ message }, recordId) => (message.to.includes(nobody) ? [recordId] : [])));
    if (bad.size > 0 && this.world.refusal !== 'one by one')
      return this.refuse(calls, this.world.refusal === 'by name' ? bad : new Set());
    const results = calls.map((call, recordId): SendResult => {
      if (bad.has(recordId)) this.world.refuse(call);
      else this.world.take(call, chance, calls.length);
      return bad.has(recordId) ? refused(forGood) : { sent: true, providerMessageId: `p-${call.reference.callId}` };
    });
    return { results };
  }

  private refuse(calls: readonly Call[], named: ReadonlySet<number>): BatchResponse {
    for (const [recordId, call] of calls.entries())
      if (named.has(recordId) || calls.length === 1) this.world.refuse(call);
    return { refused: refused(forGood), named };
  }
}

const toCandidate = ({ callId, takenAt }: Accepted): Candidate => ({ providerMessageId: `p-${callId}`, takenAt });

const plain = aFailure();
const forGood: Partial<Failure> = { kind: 'bad-content', retry: 'never', code: 'refused for good' };
const refused = (failure: Partial<Failure>): SendResult => ({ sent: false, failure: { ...plain, ...failure } });

/** The same result for all. */
function alike(calls: readonly Call[], failure: Partial<Failure>): BatchResponse {
  const result = refused(failure);
  return { results: calls.map(() => result) };
}
