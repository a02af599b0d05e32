import { sectionOf, unlistedPage } from './error-page.ts';
import type { FailureRow } from './failure-row.ts';
import type { Failure, FailureKind, FieldError, RetryAdvice } from '#libs/contracts';
import { networkFailures } from './network.failures.ts';
import { platformFailures } from './platform.failures.ts';

/** The remedy for a message that was not sent, by kind. */
const remedies: Record<FailureKind, string> = {
  transient: 'Nothing: it is tried again by itself until it expires.',
  throttled: 'Nothing now; if it goes on, ask the provider for a higher rate or add senders.',
  unavailable: 'Nothing: it goes as soon as a provider takes it again. Look at the provider’s status page if it lasts.',
  'bad-recipient': 'Correct the recipient upstream; sending again cannot help.',
  'bad-content': 'Correct what the request holds; sending the same again cannot help.',
  'opted-out': 'Do not write to this recipient until they opt in again.',
  account: 'An operator must fix the provider account or its settings; it is tried again afterwards.',
  unknown: 'Nothing: the provider is asked whether it took the message before anything goes again.',
};

/** The remedy where the code came with a receipt: the provider had accepted the message, so it is not sent again. */
const remediesAfterReceipt: Record<FailureKind, string> = {
  ...remedies,
  transient: 'Nothing is sent again by itself. If it is still of use, publish it again later under a new messageId.',
  throttled: 'Send more slowly or add senders. If it is still of use, publish it again under a new messageId.',
  account: 'An operator must fix the provider account or its settings; then publish it again under a new messageId.',
  unknown: 'It may have arrived. Publish it again under a new messageId only where a second copy does no harm.',
};

/** The remedy of a row, else that of its kind. */
export function remedyOf({ remedy, kind, stage = 'request' }: Pick<FailureRow, 'remedy' | 'kind' | 'stage'>): string {
  return remedy ?? (stage === 'request' || stage === 'network' ? remedies : remediesAfterReceipt)[kind];
}

/** The kind of an HTTP status, for a code that no table lists. */
function kindOfStatus(httpStatus: number | undefined): Pick<FailureRow, 'kind' | 'retry' | 'meaning' | 'stage'> {
  // Only a receipt has a code without a status.
  if (httpStatus === undefined)
    return {
      stage: 'receipt',
      kind: 'unknown',
      retry: 'backoff',
      meaning: 'The provider’s answer could not be understood.',
    };
  if (httpStatus === 401 || httpStatus === 403)
    return { kind: 'account', retry: 'operator', meaning: 'The provider does not let this account do that.' };
  if (httpStatus === 408)
    return {
      kind: 'unknown',
      retry: 'backoff',
      meaning: 'The provider gave up waiting; it may have taken the message.',
    };
  if (httpStatus === 429) return { kind: 'throttled', retry: 'backoff', meaning: 'Too many requests at the provider.' };
  if (httpStatus >= 500)
    return { kind: 'unknown', retry: 'backoff', meaning: 'The provider had a fault; it may have taken the message.' };
  return { kind: 'bad-content', retry: 'never', meaning: 'The provider refused the request.' };
}

/**
 * For how much of the provider nothing goes for a while after an answer. Refused credentials and throttling meet every
 * call alike. A 403 that stands in no table may be about the sender only: one tenant's wrong sender must not stop
 * everybody.
 */
function heldBy(
  { kind, holds }: Pick<FailureRow, 'kind' | 'holds'>,
  httpStatus: number | undefined,
  isListed: boolean,
): 'all' | 'sender' | undefined {
  if (httpStatus === undefined || holds === 'none') return undefined;
  if (holds) return holds;
  if (kind === 'throttled' || (kind === 'account' && httpStatus === 401)) return 'all';
  return kind === 'account' && httpStatus === 403 && !isListed ? 'sender' : undefined;
}

/** A header may ask for a fraction of a second, or for more than a number can represent. */
const wholeMs = (ms: number | undefined) =>
  ms === undefined || !(ms >= 0) ? undefined : Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER);

/** The failure tables of one provider. A code that they do not list is judged by its HTTP status. */
export class FailureCatalogue {
  readonly provider: string;
  private readonly rows: ReadonlyMap<string, FailureRow>;

  constructor(provider: string, rows: readonly FailureRow[]) {
    this.provider = provider;
    this.rows = new Map(rows.map((row) => [row.code, row]));
  }

  /** The failure for the first of `codes` that is listed; never throws. */
  failure(
    codes: readonly string[],
    seen: { httpStatus?: number | undefined; retryAfterMs?: number | undefined } = {},
  ): Failure {
    const retryAfterMs = wholeMs(seen.retryAfterMs);
    const listed = codes.map((code) => this.rows.get(code)).find((row) => row !== undefined);
    const row = listed ?? kindOfStatus(seen.httpStatus);
    const holds = heldBy(row, seen.httpStatus, listed !== undefined);
    return {
      kind: row.kind,
      code: listed?.code ?? codes[0] ?? 'none',
      provider: this.provider,
      meaning: row.meaning,
      remedy: remedyOf(row),
      retry: row.retry,
      help: listed ? sectionOf(this.provider, listed.code) : unlistedPage,
      ...(seen.httpStatus !== undefined && { httpStatus: seen.httpStatus }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(holds && { holds }),
      ...((listed?.bySender || holds === 'sender') && { bySender: true }),
      ...(listed?.suppress && { suppress: true, ...(listed.suppressScope && { suppressScope: listed.suppressScope }) }),
      ...(!listed && { unlisted: true }),
    };
  }
}

const own = new Map([
  ...platformFailures.map((row) => [row.code, { ...row, help: sectionOf('platform', row.code) }] as const),
  ...networkFailures.map((row) => [row.code, { ...row, help: sectionOf('network', row.code) }] as const),
]);

/** A failure that the platform itself finds. Its code is in platform.failures.ts, or is that of a broken connection. */
export function ownFailure(
  code: string,
  kind: FailureKind,
  retry: RetryAdvice,
  meaning: string,
  more: Partial<Failure> = {},
): Failure {
  const { help = unlistedPage, remedy, stage } = own.get(code) ?? {};
  return {
    kind,
    code,
    meaning,
    remedy: remedyOf({ kind, ...(remedy && { remedy }), ...(stage && { stage }) }),
    retry,
    help,
    ...more,
  };
}

/**
 * The failure of a message that exceeds limits which a provider documents, field by field. `provider`: its name in the
 * settings.
 */
export const beyondLimit = (provider: string, fields: readonly FieldError[]): Failure =>
  ownFailure(
    'MSG_BEYOND_LIMIT',
    'bad-content',
    'never',
    'The message is beyond a limit of the provider, so nothing was sent.',
    { provider, fields: [...fields] },
  );
