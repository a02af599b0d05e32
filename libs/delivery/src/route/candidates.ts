import { type Failure, type Lane, type PauseChanged, type RouteCandidate, routeKey } from '#libs/contracts';
import { ownFailure, type Provider } from '#libs/providers';
import { pauseOfProvider } from '../controls/control.policy.ts';
import type { Delivery } from '../delivery.ts';
import type { PermitRequest } from './permits/permits.service.ts';
import { inOrder } from './order/provider-order.ts';
import { type Ranked, rankProviders } from './route.policy.ts';

export interface CandidatesOptions<M> {
  /** In the order of preference. */
  providers: readonly Provider<M>[];
  /** The account in use, by provider. */
  accounts: ReadonlyMap<string, string>;
  /** Whose rate the message counts to; undefined: the provider picks the sender. */
  senderOf: (message: M) => string | undefined;
  /** The one provider that can send it; undefined: any. */
  boundTo?: (message: M) => string | undefined;
  /** The providers that a lane prefers, in this order; undefined: as they are in `providers`. */
  orderOf?: (lane: Lane) => readonly string[] | undefined;
  /** Whether a provider has verified a sender; undefined: not known, which counts as verified. */
  isVerified?: (provider: string, sender: string | undefined) => boolean | undefined;
  /** The message from another of its senders. */
  withSender?: (message: M, sender: string, isLast: boolean) => M;
}

/** A provider that could take the message, and what it takes to call it. */
export interface Candidate<M> extends Ranked<Provider<M>> {
  request: PermitRequest;
  /** An operator has paused it. */
  paused?: PauseChanged | undefined;
}

/** A provider that cannot take the message, whatever its state. */
export interface Lacking {
  provider: string;
  /** What it lacks, in plain words. */
  why: string;
}

export interface Able<M> {
  able: readonly Provider<M>[];
  lacking: readonly Lacking[];
  /** Set where none is able: why the preferred one is not. */
  failure?: Failure | undefined;
}

/** Which providers could take a message, whatever their state. */
export class Candidates<M> {
  private readonly options: CandidatesOptions<M>;

  constructor(options: CandidatesOptions<M>) {
    this.options = options;
  }

  /** Those that can carry the message at all; where none can, why the preferred one cannot. */
  able(message: M): Able<M> {
    const bound = this.options.boundTo?.(message);
    const lacking: Lacking[] = [];
    let failure: Failure | undefined;
    const carrying = this.options.providers.filter((provider) => {
      const { name: of } = provider;
      if (bound !== undefined && of !== bound) {
        lacking.push({ provider: of, why: `the template of the message is kept at ${bound}` });
        return false;
      }
      const unsupported = provider.unsupported(message);
      if (!unsupported) return true;
      failure ??= unsupported;
      lacking.push({ provider: of, why: `it cannot carry the message: ${inWords(unsupported)}` });
      return false;
    });
    if (carrying.length === 0) return { able: carrying, lacking, failure: failure ?? notConfigured };
    return this.verified(carrying, message, lacking);
  }

  /** Of those that cannot take a message, the ones that would have been asked before this candidate. */
  beforeIn(lacking: readonly Lacking[], { provider }: Candidate<M>, delivery: Delivery<M>): readonly Lacking[] {
    if (lacking.length === 0) return lacking;
    const { providers, orderOf } = this.options;
    const names = inOrder(providers, orderOf?.(delivery.lane)).map(({ name }) => name);
    const asked = delivery.request['provider'];
    return lacking.filter(
      (one) => one.provider === asked || names.indexOf(one.provider) < names.indexOf(provider.name),
    );
  }

  /** What is not known of a provider, and counts as if it had all that the message needs. */
  unknownOf({ name }: Provider<M>, message: M): string | undefined {
    const { isVerified, senderOf } = this.options;
    const sender = senderOf(message);
    // Only domains are verified.
    if (!isVerified || !sender?.includes('@') || isVerified(name, sender) !== undefined) return undefined;
    return 'whether its account has verified the sender is not known';
  }

  /**
   * Those whose account has verified the sender. Where none has, all are asked: the provider itself decides, and lists
   * may be behind.
   */
  private verified(carrying: readonly Provider<M>[], message: M, lacking: readonly Lacking[]): Able<M> {
    const { isVerified, senderOf } = this.options;
    if (!isVerified || this.options.providers.length < 2) return { able: carrying, lacking };
    const sender = senderOf(message);
    const able = carrying.filter(({ name }) => isVerified(name, sender) !== false);
    if (able.length === 0 || able.length === carrying.length) return { able: carrying, lacking };
    const unverified = carrying.filter((provider) => !able.includes(provider));
    const why = 'its account has not verified the domain of the sender';
    return { able, lacking: [...lacking, ...unverified.map(({ name }) => ({ provider: name, why }))] };
  }

  /** These providers for a message, in the order in which they are asked. */
  of(providers: readonly Provider<M>[], delivery: Delivery<M>): Candidate<M>[] {
    const { tenant, lane, message, attempts, request, pausedProviders = [] } = delivery;
    const preferred = typeof request['provider'] === 'string' ? request['provider'] : undefined;
    const sender = this.options.senderOf(message);
    const ordered = inOrder(providers, this.options.orderOf?.(lane));
    return rankProviders(ordered, preferred, attempts).map((ranked) => ({
      ...ranked,
      request: { provider: ranked.provider.name, tenant, lane, sender },
      ...(pausedProviders.length > 0 && { paused: pauseOfProvider(pausedProviders, ranked.provider.name) }),
    }));
  }

  /** What a message waits for that none of its providers takes: their key (contracts' routeKey). */
  keyOf(delivery: Delivery<M>): string {
    const named = this.withUntried(delivery).flatMap((one) =>
      this.of(this.able(one.message).able, one).map((candidate) => this.named(candidate)),
    );
    return routeKey(delivery.channel, named);
  }

  /** The delivery, and the same from each other sender that has not failed it. */
  withUntried(delivery: Delivery<M>): Delivery<M>[] {
    const { withSender = (message) => message } = this.options;
    const { message, sender } = delivery;
    return [
      delivery,
      ...(sender?.untried ?? []).map((one) => ({ ...delivery, message: withSender(message, one, false) })),
    ];
  }

  private named({ provider: { name }, request: { sender } }: Candidate<M>): RouteCandidate {
    return { provider: name, account: this.options.accounts.get(name) ?? '', ...(sender !== undefined && { sender }) };
  }
}

const inWords = ({ meaning, fields = [] }: Failure): string =>
  [meaning, ...fields.map(({ field, rule }) => `${field} ${rule}.`)].join(' ');

/** The provider that the message is bound to is not in use here. */
const notConfigured = ownFailure(
  'MSG_TEMPLATE_NOT_FOUND',
  'account',
  'operator',
  'The template or version that it was accepted with is no longer there.',
);
