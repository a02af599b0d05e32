import { type DeadLetter, RedriveWork } from '#libs/contracts';
import { aDeferred, aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { deadLetterOf, dueOf } from '../publish/facts.policy.ts';
import { isUnconfirmed } from './letter.policy.ts';
import { type KnownLetter, type Redrive, redriveOf } from './redrive.policy.ts';

const now = Date.parse('2030-01-31T12:00:00Z');
const inMs = (ms: number) => new Date(now + ms).toISOString();

const aLetter = (more: Partial<DeadLetter> = {}): DeadLetter => ({
  ...deadLetterOf(aDeferred({ messageId: 'm-1', hop: 3, expiresAt: inMs(60_000), templateVersion: 'v1' }), {
    outcome: 'dead-lettered',
    at: inMs(-60_000),
    facts: [],
    burial: { reason: 'exhausted', failure: aFailure() },
  })!,
  ...more,
});
const known = (more: Partial<KnownLetter> = {}, letter = aLetter()): KnownLetter => ({
  letter,
  unconfirmed: false,
  accepted: false,
  cancelled: false,
  underWay: false,
  lastHop: 3,
  ...more,
});
const work = (more: Partial<RedriveWork> = {}) => RedriveWork.parse({ filter: { all: true }, ...more });
const redriven = (of: KnownLetter, more: Partial<RedriveWork> = {}): Redrive => {
  const redrive = redriveOf(of, work(more), now);
  if (typeof redrive === 'string') throw new Error(redrive);
  return redrive;
};

describe('redriving a dead letter', () => {
  it('takes a hop of its own, plans the next at once, and lets attempts and time count anew', () => {
    const { deferred, plan } = redriven(known());
    expect(dueOf(deferred, plan)).toMatchObject({
      messageId: 'm-1',
      hop: 5,
      mode: 'send',
      dueAt: inMs(0),
      attempts: [],
      attemptCount: 0,
      redrivenAt: inMs(0),
      request: aLetter().request,
    });
    expect(deferred.hop).toBe(4);
    expect(redriven(known({}, aLetter({ redrivenAt: inMs(-90_000) }))).deferred.redrivenAt).toBe(inMs(0));
  });

  it('goes beyond every hop that was ever planned', () => {
    expect(redriven(known({ lastHop: 9 })).deferred.hop).toBe(10);
  });

  it.each([
    ['a provider is proven to have it', { accepted: true }, {}, 'leftAccepted'],
    ['upstream has cancelled it', { cancelled: true }, {}, 'leftCancelled'],
    ['it is under way', { underWay: true }, {}, 'leftUnderWay'],
    ['it may have arrived', { unconfirmed: true }, {}, 'leftUnconfirmed'],
    ['it has expired', { letter: aLetter({ expiresAt: inMs(0) }) }, {}, 'leftExpired'],
    ['the new expiry has passed too', {}, { expiresAt: inMs(-1) }, 'leftExpired'],
    ['its request could not be kept', { letter: aLetter({ lacks: ['request'] }) }, {}, 'leftIncomplete'],
    ['nothing of its request is left', { letter: aLetter({ request: {} }) }, {}, 'leftIncomplete'],
  ] as const)('is left where %s', (_, more, wanted, because) =>
    expect(redriveOf(known(more), work(wanted), now)).toBe(because),
  );

  it('of what is unconfirmed waits for unread proof, where it is asked for by name', () => {
    const { plan, deferred } = redriven(known({ unconfirmed: true }), { includeUnconfirmed: true });
    expect([plan.mode, plan.kind]).toEqual(['send', 'unknown']);
    expect(dueOf(deferred, plan)).not.toHaveProperty('unconfirmedCall');
  });

  it('may give a new expiry, another provider and the current template', () => {
    const expiresAt = inMs(3_600_000);
    const { deferred } = redriven(known({}, aLetter({ expiresAt: inMs(-1) })), {
      expiresAt,
      provider: 'resend',
      template: 'current',
    });
    // The request says so as well: its provider keeps a text no longer than that.
    expect(deferred).toMatchObject({ expiresAt, request: { provider: 'resend', expiresAt } });
    expect(redriven(known()).deferred.request).toEqual(aLetter().request);
    expect(deferred).not.toHaveProperty('templateVersion');
    expect(redriven(known()).deferred).toMatchObject({ templateVersion: 'v1' });
  });
});

describe('a dead letter', () => {
  it('is unconfirmed where the answer to any of its calls was lost, whatever it was given up for', () => {
    expect(isUnconfirmed(aLetter({ reason: 'unconfirmed' }))).toBe(true);
    expect(isUnconfirmed(aLetter())).toBe(false);
    const attempt = { provider: 'sendgrid', at: inMs(0), failure: aFailure({ kind: 'unknown' }) };
    expect(isUnconfirmed(aLetter({ attempts: [{ ...attempt, attempt: 1, hop: 1 }] }))).toBe(true);
  });
});
