import type { Channel, Failure, FieldError } from '#libs/contracts';
import type { Provider, TextSize } from '#libs/providers';
import type { SuppressionScopes } from './accept/recipient-filter.policy.ts';
import type { Addressee } from './quiet/quiet-hours.ts';
import type { ResendPlan } from './template-resend/resend-plan.policy.ts';
import type { z } from 'zod';

export interface Fingerprint {
  /** Sender and recipient. */
  participants: readonly string[];
  /** The content; undefined: the provider composes it. */
  contentHash: readonly string[] | undefined;
}

/** `standby`: the provider may accept it and revoke the acceptance; then it is resent as its template. */
export type Screened<M> = { pass: true; message: M; resendPlan?: true } | { pass: false; failure: Failure };

/** What differs between channels. `R` is the request, `M` what its providers send. */
export abstract class ChannelPort<R, M> {
  abstract readonly channel: Channel;
  abstract readonly schema: z.ZodType<R>;

  /** In the order of preference. */
  abstract readonly providers: readonly Provider<M>[];

  /** The names of all providers that the channel has, in use or not. */
  get providerNames(): readonly string[] {
    return this.providers.map(({ name }) => name);
  }

  /** How long bulk messages wait for others of the same content, in milliseconds; 0: not at all. */
  readonly coalesceLingerMs: number = 0;

  /** The request with the configured defaults filled in. */
  abstract toMessage(request: R): M;

  /**
   * The message with its template rendered. `pinned`: the version of an earlier hop. A channel without templates
   * returns the message unchanged.
   */
  render(message: M, _pinned: string | undefined): Rendered<M> {
    return { message };
  }

  /** The one provider that can send it, because the message names a template of that provider; undefined: any. */
  boundTo(_message: M): string | undefined {
    return undefined;
  }

  /**
   * The sender whose rate applies, such as a number that may send one message a second; undefined: the provider chooses
   * the sender.
   */
  abstract senderOf(message: M): string | undefined;

  /**
   * The senders that it may go from, the preferred one first. With fewer than two there is nothing to choose: it goes
   * as `toMessage` has made it.
   */
  sendersOf(_message: M): readonly string[] {
    return [];
  }

  /**
   * The message from one of its senders.
   * @param isLast no other sender is left that has not failed it
   */
  withSender(message: M, _sender: string, _isLast: boolean): M {
    return message;
  }

  /**
   * What it has in common with messages that look the same in the provider's list (docs/adr/0004); undefined: the
   * provider returns our reference, or has no list.
   */
  fingerprintOf(_message: M): Fingerprint | undefined {
    return undefined;
  }

  /** The rules of the channel that a request breaks besides its schema, field by field: it is reported as rejected. */
  problemsOf(_request: R): FieldError[] {
    return [];
  }

  /** Why the configuration does not allow a message; undefined: it does. */
  refuse(_message: M): Failure | undefined {
    return undefined;
  }

  /**
   * The last check before the call, when the permit is granted: the message to send, or why not. Undefined: the channel
   * checks nothing.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  readonly screen?: (message: M) => Promise<Screened<M>>;

  /**
   * Stores what is needed to resend it as its template; called only where `screen` says so.
   * @throws InfrastructureDown; repeating is safe.
   */
  keepResendPlan(_id: string, _resendPlan: ResendPlan): Promise<void> {
    return Promise.resolve();
  }

  /** What quiet hours ask of it. */
  addresseeOf(_message: M): Addressee {
    return { category: 'transactional' };
  }

  /** The suppressions that apply to it. */
  suppressionScopesOf(_message: M): SuppressionScopes {
    return { scopes: [], past: [] };
  }

  /**
   * The message for some of its recipients only; undefined: it cannot be sent to these.
   * @param goes for each address, by its index in `addressesOf`
   */
  only(_message: M, _goes: readonly boolean[]): M | undefined {
    return undefined;
  }

  /** The scope of the suppression after a refusal of its recipient, by the `suppressScope` of the failure. */
  scopeOf(_message: M, _scope: Failure['suppressScope']): string {
    return 'all';
  }

  /** Of a text: what it takes, which is what it costs. Undefined: it is none, or the provider composes it. */
  sizeOf(_message: M): TextSize | undefined {
    return undefined;
  }

  /** Every address that it is sent to. */
  abstract addressesOf(request: R): string[];
}

/** A message ready to send, or the errors of its template or variables. */
export interface Rendered<M> {
  message: M;
  /** The version it was rendered with: later hops use the same. */
  templateVersion?: string | undefined;
  faults?: FieldError[] | undefined;
  /** The error is not in the request: the template existed, or must be configured, here. */
  canRecover?: boolean | undefined;
}

/** The fields of a request in every channel. */
export interface RequestEnvelope {
  messageId: string;
  tenant: string;
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
  provider?: string | undefined;
  correlationId?: string | undefined;
  tags?: string[] | undefined;
}
