import { type Failure, type RouteCandidate, routeKey } from '#libs/contracts';
import { ownFailure, type Provider } from '#libs/providers';
import type { Delivery } from '../delivery.ts';
import type { PermitRequest } from './permits/permits.service.ts';
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
  /** The message from another of its senders. */
  withSender?: (message: M, sender: string, isLast: boolean) => M;
}

/** A provider that could take the message, and what it takes to call it. */
export interface Candidate<M> extends Ranked<Provider<M>> {
  request: PermitRequest;
}

/** Which providers could take a message, whatever their state. */
export class Candidates<M> {
  private readonly options: CandidatesOptions<M>;

  constructor(options: CandidatesOptions<M>) {
    this.options = options;
  }

  /** Those that can carry the message at all; where none can, why the preferred one cannot. */
  able(message: M): { able: readonly Provider<M>[]; failure?: Failure | undefined } {
    const bound = this.options.boundTo?.(message);
    const providers = this.options.providers.filter(({ name }) => bound === undefined || name === bound);
    const able = providers.filter((provider) => !provider.unsupported(message));
    return able.length > 0 ? { able } : { able, failure: providers[0]?.unsupported(message) ?? notConfigured };
  }

  /** These providers for a message, in the order in which they are asked. */
  of(providers: readonly Provider<M>[], delivery: Delivery<M>): Candidate<M>[] {
    const { tenant, lane, message, attempts, request } = delivery;
    const preferred = typeof request['provider'] === 'string' ? request['provider'] : undefined;
    const sender = this.options.senderOf(message);
    return rankProviders(providers, preferred, attempts).map((ranked) => ({
      ...ranked,
      request: { provider: ranked.provider.name, tenant, lane, sender },
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

/** The provider that the message is bound to is not in use here. */
const notConfigured = ownFailure(
  'MSG_TEMPLATE_NOT_FOUND',
  'account',
  'operator',
  'The template or version that it was accepted with is no longer there.',
);
