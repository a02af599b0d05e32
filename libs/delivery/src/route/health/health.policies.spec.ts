import { aFailure } from '#libs/testing';
import type { CircuitState } from './breaker.policy.ts';
import { chooseRoute } from './choose-route.policy.ts';
import { verdictOf } from './verdict.policy.ts';
import { describe, expect, it } from '@jest/globals';

describe('what a result says of the provider', () => {
  const of = (overrides: Parameters<typeof aFailure>[0]) => verdictOf({ sent: false, failure: aFailure(overrides) });

  it('counts what is the provider’s own failure', () => {
    expect([of({ kind: 'transient' }), of({ kind: 'unknown' }), of({ kind: 'account', httpStatus: 401 })]).toEqual([
      'failing',
      'failing',
      'failing',
    ]);
  });

  it('takes an answer about the message as a sign of health', () => {
    const answers = (['bad-recipient', 'bad-content', 'opted-out', 'account'] as const).map((kind) =>
      of({ kind, httpStatus: 400 }),
    );
    expect(new Set([verdictOf({ sent: true, providerMessageId: 'x' }), ...answers])).toEqual(new Set(['healthy']));
  });

  it('learns nothing from what was throttled, found on our side, or never started', () => {
    const silent = [
      of({ kind: 'throttled', httpStatus: 429 }),
      of({ kind: 'bad-content' }),
      of({ kind: 'account' }),
      of({ code: 'MSG_NOT_STARTED' }),
      of({ code: 'MSG_FILE_UNREACHABLE', kind: 'transient' }),
      verdictOf(undefined),
    ];
    expect(new Set(silent)).toEqual(new Set(['neutral']));
  });
});

describe('the route of a message', () => {
  const providers = [{ name: 'sendgrid' }, { name: 'resend' }];
  const health = (sendgrid: CircuitState, resend: CircuitState) =>
    new Map([
      ['sendgrid', sendgrid],
      ['resend', resend],
    ]);
  const failedAt = (provider: string) => [
    { attempt: 1, hop: 1, at: '2030-01-31T12:00:00Z', provider, failure: aFailure() },
  ];

  it('leads past an open circuit, and says so', () => {
    expect(chooseRoute(providers, undefined, [], health('open', 'closed'))).toEqual({
      found: true,
      provider: { name: 'resend' },
      why: 'the better one is failing',
    });
    expect(chooseRoute(providers, 'resend', [], health('closed', 'open'))).toMatchObject({
      provider: { name: 'sendgrid' },
      why: 'the better one is failing',
    });
  });

  it('leads to a provider that failed this message before rather than to an open circuit', () => {
    expect(chooseRoute(providers, undefined, failedAt('resend'), health('open', 'closed'))).toMatchObject({
      provider: { name: 'resend' },
    });
  });

  it('is the usual one while circuits are closed, half open, or not known', () => {
    expect(chooseRoute(providers, 'resend', [], health('closed', 'half-open'))).toMatchObject({
      provider: { name: 'resend' },
      why: 'preferred',
    });
    expect(chooseRoute(providers, undefined, failedAt('sendgrid'), health('open', 'closed'))).toMatchObject({
      provider: { name: 'resend' },
      why: 'next after a failure',
    });
    expect(chooseRoute(providers, undefined, [], new Map())).toMatchObject({
      provider: { name: 'sendgrid' },
      why: 'first',
    });
  });

  it('takes turns once all have failed it: any of them may have recovered', () => {
    const history = (...names: string[]) =>
      names.map((provider, index) => ({
        attempt: index + 1,
        hop: index + 1,
        at: '2030-01-31T12:00:00Z',
        provider,
        failure: aFailure(),
      }));
    const taken: string[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const choice = chooseRoute(providers, 'resend', history(...taken), health('closed', 'closed'));
      taken.push(choice.found ? choice.provider.name : 'none');
    }
    expect(taken).toEqual(['resend', 'sendgrid', 'resend', 'sendgrid', 'resend', 'sendgrid']);
    expect(chooseRoute(providers, undefined, history('sendgrid', 'resend'), health('closed', 'closed'))).toEqual({
      found: true,
      provider: { name: 'sendgrid' },
      why: 'failed longest ago',
    });
    expect(chooseRoute(providers, undefined, history('sendgrid', 'resend'), health('open', 'closed'))).toEqual({
      found: true,
      provider: { name: 'resend' },
      why: 'the better one is failing',
    });
  });

  it('is none when every circuit is open', () => {
    expect(chooseRoute(providers, 'resend', [], health('open', 'open'))).toEqual({ found: false });
  });
});
