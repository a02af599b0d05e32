import { describe, expect, it } from '@jest/globals';
import { FailureCatalogue, ownFailure } from './catalogue.ts';
import { Failure } from './failure.ts';

const catalogue = new FailureCatalogue('twilio', [
  { code: '21610', kind: 'opted-out', retry: 'never', suppress: true, meaning: 'The recipient replied STOP to this number.', source: 'test' },
  { code: 'http_429', kind: 'throttled', retry: 'backoff', meaning: 'Too many requests.', source: 'test' },
]);

describe('a provider’s failure catalogue', () => {
  it('tells what a listed code means and what to do', () => {
    expect(catalogue.failure(['21610'], { httpStatus: 400 })).toEqual({
      kind: 'opted-out',
      code: '21610',
      provider: 'twilio',
      httpStatus: 400,
      meaning: 'The recipient replied STOP to this number.',
      action: 'Do not write to this recipient until they opt in again.',
      retry: 'never',
      suppress: true,
    });
  });

  it('takes the first code that is listed', () => {
    expect(catalogue.failure(['99999', 'http_429'], { httpStatus: 429, retryAfterMs: 30_000 })).toMatchObject({ code: 'http_429', kind: 'throttled', retryAfterMs: 30_000 });
  });

  it.each([
    [401, 'account', 'operator'],
    [403, 'account', 'operator'],
    [404, 'bad-content', 'never'],
    [408, 'unknown', 'backoff'],
    [429, 'throttled', 'backoff'],
    [500, 'unknown', 'backoff'],
    [503, 'unknown', 'backoff'],
    [undefined, 'unknown', 'backoff'],
  ] as const)('judges an unlisted code by its HTTP status %s: %s', (httpStatus, kind, retry) => {
    const failure = catalogue.failure(['12345'], { httpStatus });
    expect(failure).toMatchObject({ kind, retry, code: '12345', unlisted: true });
    expect(Failure.safeParse(failure).success).toBe(true);
  });

  it('has an answer where there is no code at all', () => {
    expect(catalogue.failure([])).toMatchObject({ kind: 'unknown', code: 'none', unlisted: true });
  });
});

it('a failure of our own says what to do as well', () => {
  expect(Failure.parse(ownFailure('MSG_EXPIRED', 'transient', 'never', 'Its time was over.'))).toMatchObject({ code: 'MSG_EXPIRED', action: 'Nothing: it is tried again by itself until it expires.' });
});
