import {
  type Failure,
  type UnconfirmedCall,
  factId,
  type SendDeferred,
  type Status,
  type StatusChanged,
  type SuppressionChanged,
} from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { Delivery, Outcome, SuppressedRecipient } from '../delivery.ts';
import { withAttempt } from './attempts.policy.ts';

export interface OutcomeEvents {
  facts: StatusChanged[];
  deferred?: SendDeferred;
  suppresses?: SuppressionChanged;
}

type Reported = Pick<StatusChanged, 'status' | 'final' | 'at' | 'attempt'> &
  Partial<StatusChanged> & { status: Status };

/** The events of an outcome: the same facts under the same ids, however often they are published. */
export function eventsFor(delivery: Delivery<unknown>, outcome: Outcome): OutcomeEvents {
  const { facts, ...more } = ofAll(delivery, outcome);
  const forbidden = outcome.kind === 'failed' && outcome.forbids && suppression(delivery, outcome);
  return {
    facts: [...facts, ...eventsOfSuppressed(delivery, outcome)],
    ...more,
    ...(forbidden && { suppresses: forbidden }),
  };
}

/**
 * Each recipient that was left out has a status. If there will be another hop, nothing is reported, because it decides
 * again.
 */
function eventsOfSuppressed(delivery: Delivery<unknown>, outcome: Outcome): StatusChanged[] {
  const { suppressedRecipients = [], at, kind } = outcome;
  if (kind === 'waiting' || kind === 'parked' || (kind === 'failed' && outcome.failure.retry !== 'never')) return [];
  // None: they could not be read. Then their number is not reported.
  const recipientCount = delivery.recipients.length || undefined;
  if (recipientCount === 1) return [];
  return suppressedRecipients.map(({ recipient, failure, why }) =>
    fact(
      delivery,
      {
        status: 'suppressed',
        final: true,
        at,
        attempt: delivery.attemptCount,
        recipient,
        recipientCount,
        failure,
        reason: why,
      },
      recipient.hash,
    ),
  );
}

/** The recipients it was sent to. */
const reached = ({ recipients }: Delivery<unknown>, { suppressedRecipients = [] }: Outcome) =>
  suppressedRecipients.length === 0
    ? recipients
    : recipients.filter(({ hash }) => !suppressedRecipients.some(({ recipient }) => recipient.hash === hash));

/** The suppression that a provider's refusal causes. */
function suppression(
  delivery: Delivery<unknown>,
  outcome: Extract<Outcome, { kind: 'failed' }>,
): SuppressionChanged | undefined {
  const { channel, messageId, tenant, hop } = delivery;
  const { forbids, at, provider } = outcome;
  if (!forbids) return undefined;
  const {
    recipient: { hash, mask },
    scope,
    reason,
  } = forbids;
  const eventId = factId({ tenant, channel, messageId, hop, source: channel, status: `suppresses:${scope}` });
  return defined({ channel, recipient: hash, scope, reason, at, eventId, mask, provider, source: 'refusal' as const });
}

function ofAll(delivery: Delivery<unknown>, outcome: Outcome): OutcomeEvents {
  const { at } = outcome;
  const attempt = 'attempt' in outcome ? outcome.attempt : delivery.attemptCount;
  const say = (reported: Partial<Reported> & { status: Status }) =>
    fact(delivery, { final: false, at, attempt, route: routeOf(outcome), ...reported });
  switch (outcome.kind) {
    case 'sent': {
      const { provider, providerMessageId, callId, size } = outcome;
      return {
        facts: [
          say({ status: 'sent', provider, providerMessageId, callId, ...size, recipients: reached(delivery, outcome) }),
        ],
      };
    }
    // The message was only to be checked: it ends here, and the fact must not look like a send.
    case 'validated':
      return { facts: [say({ status: 'cancelled', final: true, provider: outcome.provider, reason: validatedOnly })] };
    case 'failed': {
      const { failure, provider } = outcome;
      const final = failure.retry === 'never';
      return {
        facts: [say({ status: final ? 'failed' : 'retrying', final, provider, failure })],
        deferred: deferred(delivery, outcome, {
          why: 'failed',
          failure,
          elsewhere: outcome.elsewhere,
          waitsFor: outcome.waitsFor,
          rests: isTroubleOfOthers(failure) ? delivery.rests + 1 : undefined,
        }),
      };
    }
    case 'unknown': {
      // A look-up that was interrupted sent nothing: the unconfirmed call is still the earlier one.
      if (delivery.mode === 'reconcile') return stillUnconfirmed(delivery, outcome);
      const { failure, provider, callId, traceparent, replay, shared } = outcome;
      const unconfirmedCall: UnconfirmedCall = defined({
        hop: delivery.hop,
        provider,
        callId,
        at,
        shared,
        // Where the process died before it reported, this hop may have chosen another sender than the call.
        sender: outcome.sender,
        ...(replay && { attempt, traceparent, replay }),
        ...(outcome.suppressedRecipients && {
          suppressedRecipients: outcome.suppressedRecipients.map(({ recipient }) => recipient.hash),
        }),
      });
      return {
        facts: [say({ status: 'unconfirmed', provider, callId, failure, recipients: reached(delivery, outcome) })],
        deferred: deferred(delivery, outcome, {
          why: 'unknown',
          failure,
          unconfirmedCall,
          unconfirmedSince: delivery.unconfirmedSince ?? at,
        }),
      };
    }
    case 'waiting':
      return {
        facts: [say({ status: 'scheduled', nextAt: outcome.until, reason: outcome.reason })],
        deferred: deferred(delivery, outcome, {
          why: 'waiting',
          until: outcome.until,
          ...(outcome.position !== undefined && { inOrder: true, position: outcome.position }),
        }),
      };
    case 'parked':
      return parked(delivery, outcome, say);
    case 'cancelled':
      return { facts: [say({ status: 'cancelled', final: true, reason: outcome.reason ?? cancelledByUpstream })] };
    case 'expired': {
      const { failure } = outcome;
      return {
        facts: [say({ status: 'expired', final: true, failure })],
        // Retry keeps it as a dead letter: after an outage an operator may give it a new expiry (docs/adr/0047).
        deferred: deferred(delivery, outcome, { why: 'failed', failure }),
      };
    }
    case 'suppressed': {
      const [{ failure, why }] = outcome.suppressedRecipients as [SuppressedRecipient];
      const others = outcome.suppressedRecipients.length > 1;
      return {
        facts: [
          say({
            status: 'suppressed',
            final: true,
            failure,
            reason: others ? 'None of its recipients may be written to.' : why,
          }),
        ],
      };
    }
    case 'found': {
      const { provider, providerMessageId } = outcome;
      const { unconfirmedCall } = delivery;
      return {
        facts: [
          say({
            status: 'sent',
            source: 'lookup',
            hop: unconfirmedCall?.hop ?? delivery.hop,
            provider,
            providerMessageId,
            recipients: delivery.recipients,
            reason: 'The provider’s answer was lost; asked again, it has the message.',
          }),
        ],
      };
    }
    case 'unresolved':
      return stillUnconfirmed(delivery, outcome);
    case 'superseded': {
      // The replica that found out about the acceptance may have died before it published.
      const { by } = outcome;
      return {
        facts:
          by === undefined
            ? []
            : [
                say({
                  status: 'sent',
                  source: 'lookup',
                  hop: by,
                  recipients: delivery.recipients,
                  reason: 'The provider took it on an earlier attempt, so it is not sent again.',
                }),
              ],
      };
    }
  }
}

/** What waits for a key. A look-up that waits says nothing: the message stays unconfirmed. */
function parked(
  delivery: Delivery<unknown>,
  outcome: Extract<Outcome, { kind: 'parked' }>,
  say: (reported: Partial<Reported> & { status: Status }) => StatusChanged,
): OutcomeEvents {
  const { waitsFor, failure, reason, position } = outcome;
  const { mode, unconfirmedCall, unconfirmedSince } = delivery;
  const isLook = mode === 'reconcile';
  return {
    facts: isLook ? [] : [say({ status: 'scheduled', reason })],
    deferred: deferred(delivery, outcome, {
      why: 'waiting',
      waitsFor,
      failure,
      rests: delivery.rests + 1,
      ...(position !== undefined && !isLook && { inOrder: true, position }),
      ...(isLook && { unconfirmedCall, unconfirmedSince }),
    }),
  };
}

const cancelledByUpstream = 'Upstream asked not to send it any more.';
const validatedOnly = 'Validated only: the provider checked it as asked, and sent nothing.';

/** Nothing new is known: no fact, and retry decides how long to continue looking. */
function stillUnconfirmed(delivery: Delivery<unknown>, { at }: Outcome): OutcomeEvents {
  const { unconfirmedCall, unconfirmedSince = at } = delivery;
  return {
    facts: [],
    deferred: deferred(
      delivery,
      { kind: 'unresolved', at },
      { why: 'unknown', failure: unresolved(), unconfirmedCall, unconfirmedSince },
    ),
  };
}

const unresolved = () =>
  ownFailure('MSG_UNRESOLVED', 'unknown', 'backoff', 'The provider could not say yet whether it took the message.');

/** `about`: one of several recipients, whose fact has an id of its own. */
function fact(delivery: Delivery<unknown>, reported: Reported, about?: string): StatusChanged {
  const { messageId, tenant, channel, lane, correlationId, tags } = delivery;
  const { hop = delivery.hop, source = channel } = reported;
  const eventId = factId({
    tenant,
    channel,
    messageId,
    hop,
    source,
    status: about === undefined ? reported.status : `${reported.status}:${about}`,
  });
  const made = { eventId, messageId, tenant, channel, lane, hop, source };
  return addDefined(addDefined(made, { correlationId, tags }), reported) as StatusChanged;
}

/**
 * The hand-over to retry; the attempt just made is appended to the history. If no provider was asked, it is not an
 * attempt.
 */
function deferred(
  delivery: Delivery<unknown>,
  outcome: Outcome,
  more: Partial<SendDeferred> & Pick<SendDeferred, 'why'>,
): SendDeferred {
  const { messageId, tenant, channel, lane, key, hop, request } = delivery;
  const isTried = outcome.kind === 'unknown' || (outcome.kind === 'failed' && outcome.provider !== undefined);
  const attempts = isTried
    ? withAttempt(
        delivery.attempts,
        defined({
          attempt: outcome.attempt,
          hop,
          at: outcome.at,
          provider: outcome.provider,
          sender: outcome.sender,
          failure: outcome.failure,
        }),
      )
    : delivery.attempts;
  return defined({
    eventId: factId({ tenant, channel, messageId, hop, source: channel, status: `deferred:${more.why}` }),
    messageId,
    tenant,
    channel,
    lane,
    key,
    hop,
    request,
    requestedAt: delivery.requestedAt.toISOString(),
    expiresAt: delivery.expiresAt.toISOString(),
    templateVersion: delivery.templateVersion,
    attempts,
    attemptCount: delivery.attemptCount + Number(isTried),
    recipientHashes: delivery.recipients.map(({ hash }) => hash),
    rests: delivery.rests || undefined,
    redrivenAt: delivery.redrivenAt,
    at: outcome.at,
    ...more,
  });
}

/** What passes by itself, and is no fault of the message: it rests longer each time (docs/delivery.md). */
const isTroubleOfOthers = ({ kind, holds }: Failure): boolean =>
  holds !== undefined || kind === 'throttled' || kind === 'unavailable';

const routeOf = ({ route }: Outcome) => (route ? [...route] : undefined);

/** Removes undefined fields. */
const defined = <T extends object>(value: T): T => addDefined({}, value) as T;

/** Sets the fields of `more` that are not undefined, in the same object. */
function addDefined(made: Record<string, unknown>, more: object): Record<string, unknown> {
  for (const name in more) {
    const value = (more as Record<string, unknown>)[name];
    if (value !== undefined) made[name] = value;
  }
  return made;
}
