import { describe, expect, it } from '@jest/globals';
import { FailureCatalogue, ownFailure } from './failure-catalogue.ts';
import { linkTo, pageOf } from './error-page.ts';
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
  it('tells what a listed code means and what to do', () => {
    expect(catalogue.failure(['21610'], { httpStatus: 400 })).toEqual({
      kind: 'opted-out',
      code: '21610',
      provider: 'twilio',
      httpStatus: 400,
      meaning: 'The recipient replied STOP to this number.',
      remedy: 'Do not write to this recipient until they opt in again.',
      retry: 'never',
      help: 'docs/errors/twilio-21610.md',
      suppress: true,
    });
  });

  it('tells what a row itself advises rather than what goes for its kind', () => {
    expect(catalogue.failure(['21408'], { httpStatus: 400 }).remedy).toBe('Enable the country.');
  });

  it('does not promise another try where a receipt tells it', () => {
    expect(catalogue.failure(['30003']).remedy).toBe(
      'Nothing is sent again by itself. If it is still of use, publish it again later under a new messageId.',
    );
    expect(catalogue.failure(['99999']).remedy).toMatch(/may have arrived/);
  });

  it('takes the first code that is listed', () => {
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
  ])('tells a wait of %s ms as one that can be written and read again', (retryAfterMs, reported) => {
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
    expect(failure).toMatchObject({ kind, retry, code: '12345', unlisted: true, help: 'docs/errors/unlisted-code.md' });
    expect(Failure.safeParse(failure).success).toBe(true);
  });

  it('has an answer where there is no code at all', () => {
    expect(catalogue.failure([])).toMatchObject({ kind: 'unknown', code: 'none', unlisted: true });
  });
});

describe('a failure of our own', () => {
  it('says what to do, and where its page is', () => {
    expect(Failure.parse(ownFailure('MSG_EXPIRED', 'transient', 'never', 'Its time was over.'))).toMatchObject({
      code: 'MSG_EXPIRED',
      remedy: 'If it is still of use, publish it again under a new messageId with a later expiresAt.',
      help: 'docs/errors/msg-expired.md',
    });
  });

  it('may say it in words of its own', () => {
    expect(
      ownFailure('MSG_NO_SENDER', 'account', 'operator', 'No sender.', { remedy: 'Set WHATSAPP_FROM.' }).remedy,
    ).toBe('Set WHATSAPP_FROM.');
  });

  it('names the page about a broken connection, and that of unlisted codes for one that nobody knows', () => {
    expect(ownFailure('ECONNREFUSED', 'transient', 'failover', 'Not reached.').help).toBe(
      'docs/errors/network-econnrefused.md',
    );
    expect(ownFailure('ESOMETHING', 'transient', 'failover', 'Not reached.').help).toBe('docs/errors/unlisted-code.md');
  });
});

describe('the page about a code', () => {
  it.each([
    ['twilio', '21610', 'docs/errors/twilio-21610.md'],
    ['sendgrid', 'http_401:maximum_credits_exceeded', 'docs/errors/sendgrid-http-401-maximum-credits-exceeded.md'],
    [
      'sendgrid',
      'dropped:Recipient List over Package Quota',
      'docs/errors/sendgrid-dropped-recipient-list-over-package-quota.md',
    ],
    ['resend', 'bounced:Permanent/NoEmail', 'docs/errors/resend-bounced-permanent-noemail.md'],
    ['platform', 'MSG_TOO_OLD', 'docs/errors/msg-too-old.md'],
  ])('of %s, %s, has a name that any file system takes', (source, code, page) => {
    expect(pageOf(source, code)).toBe(page);
  });

  it('is linked to where it is published, or to the repository', () => {
    const page = pageOf('twilio', '21610');
    expect(linkTo(page, undefined)).toBe('docs/errors/twilio-21610.md');
    expect(linkTo(page, 'https://docs.example.org/errors')).toBe('https://docs.example.org/errors/twilio-21610.md');
    expect(linkTo(page, 'https://docs.example.org/errors/')).toBe('https://docs.example.org/errors/twilio-21610.md');
  });

  it('that stands elsewhere is linked to as it is', () => {
    expect(linkTo('https://elsewhere.example/codes/7', 'https://docs.example.org/errors')).toBe(
      'https://elsewhere.example/codes/7',
    );
  });
});
