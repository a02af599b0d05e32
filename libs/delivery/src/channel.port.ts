import type { Channel, Failure, FieldError } from '#libs/contracts';
import type { Provider } from '#libs/providers';
import type { SuppressionScopes } from './accept/recipient-filter.policy.ts';
import type { ResendPlan } from './template-resend/resend-plan.policy.ts';
import type { z } from 'zod';

export interface Fingerprint {
  /** Who writes to whom. */
  participants: readonly string[];
  /** What is said; undefined: the provider composes it. */
  contentHash: readonly string[] | undefined;
}

/** `standby`: the provider may take it and give it back, and then it is resent as its template. */
export type Screened<M> = { pass: true; message: M; resendPlan?: true } | { pass: false; failure: Failure };

/** What tells one channel from another. `R` is the request, `M` what its providers send. */
export abstract class ChannelPort<R, M> {
  abstract readonly channel: Channel;
  abstract readonly schema: z.ZodType<R>;

  /** In the order of preference. */
  abstract readonly providers: readonly Provider<M>[];

  /** How long bulk messages wait for others of the same content, in milliseconds; 0: not at all. */
  readonly coalesceLingerMs: number = 0;

  /** The request with the configured defaults filled in. */
  abstract toMessage(request: R): M;

  /**
   * The message with its template rendered. `pinned`: the version that an earlier hop took.
   * A channel without templates gives the message back as it is.
   */
  render(message: M, _pinned: string | undefined): Rendered<M> {
    return { message };
  }

  /** The one provider that can send it, since it names a template kept there; undefined: any. */
  boundTo(_message: M): string | undefined {
    return undefined;
  }

  /**
   * Whose rate it counts to, such as a number that sends one message a second; undefined: the provider picks the
   * sender.
   */
  abstract senderOf(message: M): string | undefined;

  /**
   * What it has in common with messages that its provider's list cannot tell from it (docs/adr/0004); undefined: the
   * provider hands our reference back, or has no list.
   */
  fingerprintOf(_message: M): Fingerprint | undefined {
    return undefined;
  }

  /** Rules of the channel that a request breaks beyond its schema, field by field: it is reported as rejected. */
  problemsOf(_request: R): FieldError[] {
    return [];
  }

  /** Why a message cannot go, by what is configured; undefined: it can. */
  refuse(_message: M): Failure | undefined {
    return undefined;
  }

  /**
   * The last look before the call, with the permit in hand: the message as it shall go, or why not. Undefined: there is
   * nothing to look at.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  readonly screen?: (message: M) => Promise<Screened<M>>;

  /**
   * Keeps what is needed to be resent as its template; only where `screen` says so. @throws InfrastructureDown;
   * repeating is safe.
   */
  keepResendPlan(_id: string, _resendPlan: ResendPlan): Promise<void> {
    return Promise.resolve();
  }

  /** Which suppressions concern it. */
  suppressionScopesOf(_message: M): SuppressionScopes {
    return { scopes: [], past: [] };
  }

  /**
   * The message for some of its recipients only; undefined: it cannot go to these.
   * @param goes by the place of an address in `addressesOf`
   */
  only(_message: M, _goes: readonly boolean[]): M | undefined {
    return undefined;
  }

  /** What a refusal of its recipient forbids: contracts' FailureRow says how far it reaches. */
  scopeOf(_message: M, _scope: Failure['suppressScope']): string {
    return 'all';
  }

  /** Every address it goes to. */
  abstract addressesOf(request: R): string[];
}

/** A message ready to send, or what is wrong with its template or variables. */
export interface Rendered<M> {
  message: M;
  /** The version it was rendered with: later hops take the same. */
  templateVersion?: string | undefined;
  faults?: FieldError[] | undefined;
  /** The fault is none of the request: what it names was there, or is to be set up, here. */
  canRecover?: boolean | undefined;
}

/** What every request of every channel has. */
export interface RequestEnvelope {
  messageId: string;
  tenant: string;
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
  provider?: string | undefined;
  correlationId?: string | undefined;
  tags?: string[] | undefined;
}
