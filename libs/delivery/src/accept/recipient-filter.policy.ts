import { channelRegistry, type Failure, type RecipientRef, type UnconfirmedCall } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { Delivery, Forbidden, Outcome, SuppressionFound, SuppressedRecipient } from '../delivery.ts';

/** The properties of a message that decide whether a suppression applies to it. */
export interface SuppressionScopes {
  /** Scopes of suppressions that apply to it, besides `all`. */
  scopes: readonly string[];
  /** Reasons of suppressions that the request ignores. */
  past: readonly string[];
}

/** The channel's answer. */
export interface Sieve<M> {
  suppressionScopesOf(message: M): SuppressionScopes;
  only(message: M, goes: readonly boolean[]): M | undefined;
}

export type FilteredRecipients<M> =
  | { left: true; delivery: Delivery<M>; suppressedRecipients: SuppressedRecipient[] }
  | { left: false; outcome: Outcome };

/**
 * The message for the recipients that are not suppressed, or its outcome where none is left. `now` is ms since 1970.
 */
export function filterRecipients<M>(
  delivery: Delivery<M>,
  found: readonly SuppressionFound[],
  channel: Sieve<M> | undefined,
  now: number,
): FilteredRecipients<M> {
  if (found.length === 0) return { left: true, delivery, suppressedRecipients: [] };
  const suppressedRecipients = suppressedOf(
    delivery,
    found,
    channel?.suppressionScopesOf(delivery.message) ?? { scopes: [], past: [] },
  );
  if (suppressedRecipients.length === 0) return { left: true, delivery, suppressedRecipients };
  const rest = without(
    delivery,
    suppressedRecipients.map(({ recipient }) => recipient.hash),
    channel,
  );
  return rest
    ? { left: true, delivery: rest, suppressedRecipients }
    : { left: false, outcome: { kind: 'suppressed', at: new Date(now).toISOString(), suppressedRecipients } };
}

/** For the recipients of the unconfirmed call: a repeat of it must have the same bytes. */
export function asCalled<M>(
  delivery: Delivery<M>,
  { suppressedRecipients = [] }: Pick<UnconfirmedCall, 'suppressedRecipients'>,
  channel: Sieve<M> | undefined,
): Delivery<M> {
  return suppressedRecipients.length === 0 ? delivery : (without(delivery, suppressedRecipients, channel) ?? delivery);
}

function without<M>(
  delivery: Delivery<M>,
  hashes: readonly string[],
  channel: Sieve<M> | undefined,
): Delivery<M> | undefined {
  const goes = delivery.recipients.map(({ hash }) => !hashes.includes(hash));
  const message = goes.includes(true) ? channel?.only(delivery.message, goes) : undefined;
  return message && { ...delivery, message, goesTo: delivery.recipients.filter((_, index) => goes[index]) };
}

/**
 * The recipient that a refusal suppresses, where the call had one recipient: with several it is unknown which one is
 * meant.
 */
export function forbiddenBy(
  { kind, suppress }: Failure,
  { channel, recipients }: Delivery<unknown>,
  suppressedRecipients: readonly SuppressedRecipient[],
  scope: string,
): Forbidden | undefined {
  const [recipient, ...others] = recipients.filter(
    ({ hash }) => !suppressedRecipients.some((out) => out.recipient.hash === hash),
  );
  if (!suppress || !recipient || others.length > 0) return undefined;
  return { recipient, scope, reason: kind === 'opted-out' ? channelRegistry[channel].optOut : 'invalid' };
}

/** Of several suppressions the most serious one is reported. */
const weight = ['complaint', 'unsubscribe', 'stop', 'hard-bounce', 'invalid'];

/** The suppressed recipients, each with the reason. */
export function suppressedOf(
  delivery: Pick<Delivery<unknown>, 'tenant' | 'recipients'>,
  found: readonly SuppressionFound[],
  { scopes, past }: SuppressionScopes,
): SuppressedRecipient[] {
  const binding = found.filter(
    ({ scope, tenant, reason }) =>
      (scope === 'all' || scopes.includes(scope)) &&
      (tenant === null || tenant === delivery.tenant) &&
      !past.includes(reason),
  );
  return delivery.recipients.flatMap((recipient) => {
    const [first] = binding
      .filter((one) => one.recipient === recipient.hash)
      .toSorted((a, b) => weightOf(a) - weightOf(b));
    return first ? [suppressedRecipients(recipient, first)] : [];
  });
}

const weightOf = ({ reason }: SuppressionFound) => (weight.indexOf(reason) + weight.length + 1) % (weight.length + 1);

function suppressedRecipients(
  recipient: RecipientRef,
  { reason, scope, since }: SuppressionFound,
): SuppressedRecipient {
  return {
    recipient,
    failure: failureOf(reason),
    why: `Suppressed (${scope}): ${reason}, since ${since.slice(0, 10)}.`,
  };
}

function failureOf(reason: string): Failure {
  switch (reason) {
    case 'hard-bounce':
    case 'invalid':
      return ownFailure(
        'MSG_SUPPRESSED_UNDELIVERABLE',
        'bad-recipient',
        'never',
        'The recipient is suppressed: an earlier message came back for good, or the address is not valid.',
      );
    case 'unsubscribe':
    case 'stop':
      return ownFailure(
        'MSG_SUPPRESSED_OPT_OUT',
        'opted-out',
        'never',
        'The recipient is suppressed: they have unsubscribed or answered STOP.',
      );
    case 'complaint':
      return ownFailure(
        'MSG_SUPPRESSED_COMPLAINT',
        'opted-out',
        'never',
        'The recipient is suppressed: they have reported an earlier message as spam.',
      );
    default:
      return ownFailure(
        'MSG_SUPPRESSED_MANUALLY',
        'opted-out',
        'never',
        'The recipient is suppressed by an operator or another service.',
      );
  }
}
