import { describe, expect, it } from '@jest/globals';
import { FailureCatalogue, ownFailure } from './failure-catalogue.ts';
import { linkTo, sectionOf } from './error-page.ts';
import { Failure } from '#libs/contracts';

const catalogue = new FailureCatalogue('twilio', [
  {
    code: '21610',
    kind: 'opted-out',
    retry: 'never',
    suppress: true,
    meaning: 'The recipient replied STOP to this number.',
    source: 'test',
  },
  {
    code: '21408',
    kind: 'account',
    retry: 'operator',
    meaning: 'The country is not enabled.',
    remedy: 'Enable the country.',
    source: 'test',
  },
  {
    code: '30003',
    kind: 'transient',
    retry: 'backoff',
    stage: 'receipt',
    meaning: 'The handset is off.',
    source: 'test',
  },
  { code: 'http_429', kind: 'throttled', retry: 'backoff', meaning: 'Too many requests.', source: 'test' },
]);

describe('a provider’s failure catalogue', () => {
  it('gives the meaning and the remedy of a listed code', () => {
    expect(catalogue.failure(['21610'], { httpStatus: 400 })).toEqual({
      kind: 'opted-out',
      code: '21610',
      provider: 'twilio',
      httpStatus: 400,
      meaning: 'The recipient replied STOP to this number.',
      remedy: 'Do not write to this recipient until they opt in again.',
      retry: 'never',
      help: 'docs/errors/twilio.md#21610',
      suppress: true,
    });
  });

  it('gives the remedy of the row before that of its kind', () => {
    expect(catalogue.failure(['21408'], { httpStatus: 400 }).remedy).toBe('Enable the country.');
  });

  it('promises no further attempt where the code came with a receipt', () => {
    expect(catalogue.failure(['30003']).remedy).toBe(
      'Nothing is sent again by itself. If it is still of use, publish it again later under a new messageId.',
    );
    expect(catalogue.failure(['99999']).remedy).toMatch(/may have arrived/);
  });

  it('uses the first code that is listed', () => {
    expect(catalogue.failure(['99999', 'http_429'], { httpStatus: 429, retryAfterMs: 30_000 })).toMatchObject({
      code: 'http_429',
      kind: 'throttled',
      retryAfterMs: 30_000,
    });
  });

  it.each([
    [1.5, 2],
    [0.2, 1],
    [9e99, Number.MAX_SAFE_INTEGER],
    [Number.NaN, undefined],
    [-5, undefined],
  ])('gives a wait of %s ms as one that can be written and read again', (retryAfterMs, reported) => {
    const failure = catalogue.failure(['http_429'], { httpStatus: 429, retryAfterMs });
    expect(Failure.parse(failure).retryAfterMs).toBe(reported);
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
    expect(failure).toMatchObject({
      kind,
      retry,
      code: '12345',
      unlisted: true,
      help: 'docs/errors/README.md#unlisted-codes',
    });
    expect(Failure.safeParse(failure).success).toBe(true);
  });

  it('gives a failure where there is no code at all', () => {
    expect(catalogue.failure([])).toMatchObject({ kind: 'unknown', code: 'none', unlisted: true });
  });
});

describe('a failure of our own', () => {
  it('says what to do, and where its page is', () => {
    expect(Failure.parse(ownFailure('MSG_EXPIRED', 'transient', 'never', 'Its time was over.'))).toMatchObject({
      code: 'MSG_EXPIRED',
      remedy: 'If it is still of use, publish it again under a new messageId with a later expiresAt.',
      help: 'docs/errors/platform.md#msg_expired',
    });
  });

  it('may have a text of its own', () => {
    expect(
      ownFailure('MSG_NO_SENDER', 'account', 'operator', 'No sender.', { remedy: 'Set WHATSAPP_FROM.' }).remedy,
    ).toBe('Set WHATSAPP_FROM.');
  });

  it('links to the page about a broken connection, and to that of unlisted codes for an unknown one', () => {
    expect(ownFailure('ECONNREFUSED', 'transient', 'failover', 'Not reached.').help).toBe(
      'docs/errors/network.md#econnrefused',
    );
    expect(ownFailure('ESOMETHING', 'transient', 'failover', 'Not reached.').help).toBe(
      'docs/errors/README.md#unlisted-codes',
    );
  });
});

describe('the section about a code', () => {
  it.each([
    ['twilio', '21610', 'docs/errors/twilio.md#21610'],
    ['sendgrid', 'http_401:maximum_credits_exceeded', 'docs/errors/sendgrid.md#http_401maximum_credits_exceeded'],
    [
      'sendgrid',
      'dropped:Recipient List over Package Quota',
      'docs/errors/sendgrid.md#droppedrecipient-list-over-package-quota',
    ],
    ['resend', 'bounced:Permanent/NoEmail', 'docs/errors/resend.md#bouncedpermanentnoemail'],
    ['platform', 'MSG_TOO_OLD', 'docs/errors/platform.md#msg_too_old'],
  ])('of %s, %s, is at the anchor that Markdown gives to its heading', (source, code, page) => {
    expect(sectionOf(source, code)).toBe(page);
  });

  it('is linked to where it is published, or else to the repository', () => {
    const page = sectionOf('twilio', '21610');
    expect(linkTo(page, undefined)).toBe('docs/errors/twilio.md#21610');
    expect(linkTo(page, 'https://docs.example.org/errors')).toBe('https://docs.example.org/errors/twilio.md#21610');
    expect(linkTo(page, 'https://docs.example.org/errors/')).toBe('https://docs.example.org/errors/twilio.md#21610');
  });

  it('outside the repository is linked to as it is', () => {
    expect(linkTo('https://elsewhere.example/codes/7', 'https://docs.example.org/errors')).toBe(
      'https://elsewhere.example/codes/7',
    );
  });
});
