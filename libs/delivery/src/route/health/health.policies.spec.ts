import { aFailure } from '#libs/testing';
import { verdictOf } from './verdict.policy.ts';
import { describe, expect, it } from '@jest/globals';

describe('what a result says of the provider', () => {
  const of = (overrides: Parameters<typeof aFailure>[0]) => verdictOf({ sent: false, failure: aFailure(overrides) });

  it('counts what is the provider’s own failure', () => {
    expect([of({ kind: 'transient' }), of({ kind: 'unknown' })]).toEqual(['failing', 'failing']);
  });

  it('takes an answer about the message as a sign of health', () => {
    const answers = (['bad-recipient', 'bad-content', 'opted-out', 'account'] as const).map((kind) =>
      of({ kind, httpStatus: 400 }),
    );
    expect(new Set([verdictOf({ sent: true, providerMessageId: 'x' }), ...answers])).toEqual(new Set(['healthy']));
  });

  it('learns nothing from what is held instead, found on our side, or never started', () => {
    const silent = [
      of({ kind: 'account', httpStatus: 401, holds: 'all' }),
      of({ kind: 'account', httpStatus: 403, holds: 'sender' }),
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
