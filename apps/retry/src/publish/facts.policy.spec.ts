import { DeadLetter, SendDue, StatusChanged } from '#libs/contracts';
import { aDeferred, aFailure, anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { Decision } from '../plan/decision.ts';
import { cancelledFact, deadLetterOf, dueOf, factsOf } from './facts.policy.ts';

const at = '2030-01-31T12:00:00.000Z';
const unconfirmedCall = { hop: 2, provider: 'sendgrid', callId: 'c-1', at };
const failure = aFailure();
const deadLettered: Decision = {
  outcome: 'dead-lettered',
  at,
  facts: [{ status: 'expired', final: true, hop: 3, reason: 'It expired before it could go.', failure }],
  burial: { reason: 'expired', failure },
};

describe('What retry reports of a message', () => {
  const deferred = aDeferred({
    hop: 3,
    unconfirmedCall,
    unconfirmedSince: at,
    request: { ...anEmailRequest(), correlationId: 'order-7', tags: ['welcome'] },
  });

  it('is the same under the same ids when a decision is reported again', () => {
    expect(factsOf(deferred, deadLettered)).toEqual(
      factsOf(deferred, JSON.parse(JSON.stringify(deadLettered)) as Decision),
    );
    expect(deadLetterOf(deferred, deadLettered)?.eventId).toBe(deadLetterOf(deferred, deadLettered)?.eventId);
    expect(deadLetterOf(deferred, deadLettered)?.eventId).not.toBe(factsOf(deferred, deadLettered)[0]?.eventId);
  });

  it('holds upstream’s own reference and tags, but neither address nor content', () => {
    const [fact] = factsOf(deferred, deadLettered);
    expect(StatusChanged.parse(fact)).toMatchObject({
      source: 'retry',
      at,
      hop: 3,
      attempt: 1,
      correlationId: 'order-7',
      tags: ['welcome'],
    });
    expect(JSON.stringify(fact)).not.toMatch(/inbox\.test|It works|Hello/);
  });

  it('is a dead letter with the whole request and what was tried', () => {
    const letter = DeadLetter.parse(deadLetterOf(deferred, deadLettered));
    expect(letter).toMatchObject({
      reason: 'expired',
      hop: 3,
      at,
      failure,
      request: deferred.request,
      attempts: deferred.attempts,
    });
    expect(letter).not.toHaveProperty('why');
  });

  it('names the unconfirmed call in the dead letter of a lost answer', () => {
    expect(deadLetterOf(deferred, { ...deadLettered, burial: { reason: 'unconfirmed', failure } })).toMatchObject({
      unconfirmedCall,
      unconfirmedSince: at,
    });
  });

  it('is a cancellation of the hop before the one that was planned', () => {
    const due = dueOf(deferred, { mode: 'send', kind: 'failed', dueAt: at, why: 'Tried again.' });
    expect(StatusChanged.parse(cancelledFact(due, at))).toMatchObject({ status: 'cancelled', final: true, hop: 3, at });
  });
});

describe('What goes back to the channel', () => {
  const deferred = { ...aDeferred({ hop: 3, unconfirmedCall, unconfirmedSince: at, key: 'a2V5' }), addedLater: 'kept' };

  it('takes the next hop and all that came with the message, fields of later versions included', () => {
    const due = SendDue.parse(
      dueOf(deferred, { mode: 'reconcile', kind: 'unknown', dueAt: at, why: 'It is looked for.' }),
    );
    const { messageId, tenant, channel, lane, key, requestedAt, expiresAt, request, attempts } = deferred;
    expect(due).toMatchObject({
      messageId,
      tenant,
      channel,
      lane,
      key,
      requestedAt,
      expiresAt,
      request,
      attempts,
      addedLater: 'kept',
    });
    expect(due).toMatchObject({
      hop: 4,
      mode: 'reconcile',
      why: 'It is looked for.',
      unconfirmedCall,
      unconfirmedSince: at,
    });
  });

  it('is confirmed when it is to be sent', () => {
    const due = dueOf(deferred, { mode: 'send', kind: 'unknown', dueAt: at, why: 'Sent again by policy.' });
    expect([due.unconfirmedCall, due.unconfirmedSince]).toEqual([undefined, undefined]);
  });
});
