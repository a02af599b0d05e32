import { type Candidate, type Failure, type LookupResult, type LookupWish, Provider, type ProviderCall, type ProviderCheck, type SendResult } from '#libs/contracts';
import { aFailure } from '#libs/testing';
import type { Clock } from '../../src/clock.ts';
import type { Process, Scheduler } from './scheduler.ts';

export interface Message {
  text: string;
}

/** How a call ends: an answer can be lost whether or not the message was taken. */
export const endings = ['taken', 'taken', 'lost, taken', 'lost, taken', 'lost, not taken', 'refused', 'refused for good', 'refused by the account'] as const;
/** Whether a call may go at all. */
export const ways = ['open', 'open', 'open', 'open', 'open', 'full', 'circuit open'] as const;
/** What the provider tells later of a message it took; `nothing`: its webhook never comes. */
export const receipts = ['delivered', 'nothing', 'failed', 'bounced'] as const;

/** Whether and how the provider can be asked for an earlier call: by our reference, or by a list of what looks the same. */
export const lookUps = ['none', 'by reference', 'by list'] as const;
export type LookUp = (typeof lookUps)[number];

export interface Accepted {
  messageId: string;
  takenAt: number;
  text: string;
  hop: number;
  callId: string;
  /** Whether the claim was held under this call's token as the provider took it. */
  held: boolean;
  /** The earlier hop that the ledger had been told of as accepted before this one was claimed. */
  knewOf: number | undefined;
  afterCancel: boolean;
  receipt: (typeof receipts)[number];
  /** Whether its webhook has come. */
  told: boolean;
}

/** What lies outside the provider and decides over one call. */
export interface ProviderChance {
  way: (typeof ways)[number];
  ending: (typeof endings)[number];
  receipt: (typeof receipts)[number];
}

export interface ProviderWorld {
  clockOf: (process: Process) => Clock;
  scheduler: Scheduler;
  chance: () => ProviderChance;
  lookUp: LookUp;
  accepted: Accepted[];
  take: (call: ProviderCall<Message>, chance: ProviderChance) => void;
}

/** A provider as one process sees it: the last look at the lease and the taking are one step (design §3.2 names the rest). */
export class SimProvider extends Provider<Message> {
  readonly name = 'sendgrid';
  private readonly owner: Process;
  private readonly world: ProviderWorld;

  constructor(owner: Process, world: ProviderWorld) {
    super();
    this.owner = owner;
    this.world = world;
  }

  send(call: ProviderCall<Message>): Promise<SendResult> {
    const { messageId, hop } = call.reference;
    return this.world.scheduler.ask(this.owner, 'provider', `calls for ${messageId}/${hop}`, () => this.answer(call));
  }

  lookup({ callId, message: { text } }: LookupWish<Message>): Promise<LookupResult> {
    return this.world.scheduler.ask(this.owner, 'provider', 'looks for a lost call', () => {
      if (this.world.lookUp === 'none') return { found: 'unsupported' };
      if (this.world.lookUp === 'by list') return { found: 'candidates', candidates: this.world.accepted.filter((call) => call.text === text).map(toCandidate) };
      const known = this.world.accepted.some((call) => call.callId === callId);
      return known ? { found: 'accepted', providerMessageId: `p-${callId}` } : { found: 'absent' };
    });
  }

  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });

  private answer(call: ProviderCall<Message>): SendResult {
    if (!call.mayStart()) return refused({ code: 'MSG_NOT_STARTED' });
    const chance = this.world.chance();
    if (chance.ending === 'taken' || chance.ending === 'lost, taken') this.world.take(call, chance);
    switch (chance.ending) {
      case 'taken': return { sent: true, providerMessageId: `p-${call.reference.callId}` };
      case 'lost, taken':
      case 'lost, not taken': return refused({ kind: 'unknown', code: chance.ending });
      case 'refused': return refused({});
      case 'refused for good': return refused({ kind: 'bad-recipient', retry: 'never', code: chance.ending });
      case 'refused by the account': return refused({ kind: 'account', retry: 'operator', code: chance.ending });
    } // prettier-ignore
  }
}

const toCandidate = ({ callId, takenAt }: Accepted): Candidate => ({ providerMessageId: `p-${callId}`, takenAt });

const plain = aFailure();
const refused = (failure: Partial<Failure>): SendResult => ({ sent: false, failure: { ...plain, ...failure } });
