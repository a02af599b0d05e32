import { factId, nearestInstant, type ReceiptMissing, type RecipientRef, type StatusChanged } from '#libs/contracts';
import { type Receipt, type ReturnedReference, STANDARD_RECEIPT_WINDOW_MS, type TakenMessage } from '#libs/providers';

/** When a provider is asked, in milliseconds after it took a message. */
export interface LookTimes {
  /** Undefined: it cannot be asked. */
  firstLookMs: number | undefined;
  windowMs: number;
}

/** Of a provider that is not in use, or not known. */
export const unasked: LookTimes = { firstLookMs: undefined, windowMs: STANDARD_RECEIPT_WINDOW_MS };

/** The last look is this part of the window before its end, so that its answer is there in time. */
const LAST_LOOK = 0.05;

/** What the provider said last. */
export type LastAnswer = 'not-asked' | 'may-not-ask' | 'on-its-way' | 'unknown';

/**
 * When a provider is asked next, in ms since 1970: after the first wait, then after twice that time, and so on, the
 * last time shortly before the window ends. A look that comes late puts the next ones off. Undefined: no more.
 * @param looks how often it was asked
 */
export function nextLookAt(sentAt: number, looks: number, { firstLookMs, windowMs }: LookTimes, now: number) {
  if (firstLookMs === undefined) return undefined;
  const last = sentAt + windowMs * (1 - LAST_LOOK);
  const regular = sentAt + firstLookMs * 2 ** looks;
  if (looks === 0) return Math.min(regular, last);
  const next = Math.max(regular, now + firstLookMs);
  if (next <= last) return next;
  return now < last ? last : undefined;
}

/** A message as its provider is asked for it; undefined: nobody knows its id there. */
export function takenMessage({ missing, open }: OpenMessage): TakenMessage | undefined {
  const { providerMessageId, recipients } = missing;
  if (providerMessageId === undefined) return undefined;
  const left = recipients.filter(({ hash }) => open.includes(hash));
  return { providerMessageId, reference: referenceOf(missing), recipients: left };
}

/** The reference that the provider’s webhooks would hand back. */
function referenceOf(missing: ReceiptMissing): ReturnedReference {
  const { messageId, tenant, lane, hop, attempt, callId, recipientCount, recipients, traceparent } = missing;
  const [only] = recipients;
  return {
    messageId,
    tenant,
    hop,
    ...(lane && { lane }),
    ...(attempt !== undefined && { attempt }),
    ...(callId !== undefined && { callId }),
    ...(recipientCount > 1 ? { recipientCount } : only && { recipientHash: only.hash }),
    ...(traceparent !== undefined && { traceparent }),
  };
}

/** A message and the recipients of whom no end is known, by keyed hash. */
export interface OpenMessage {
  missing: ReceiptMissing;
  open: readonly string[];
}

/** The recipients of whom no end is known after these receipts. */
export function stillOpen({ missing, open }: OpenMessage, receipts: readonly Receipt[]): string[] {
  const ends = receipts.filter(({ final }) => final);
  if (ends.length === 0) return [...open];
  if (missing.recipientCount === 1) return [];
  const ended = new Set(ends.map(({ recipient }) => recipient?.hash));
  return open.filter((hash) => !ended.has(hash));
}

/** The facts that no receipt has come in time, about each recipient of whom no end is known. */
export function withoutReceipt({ missing, open }: OpenMessage, answer: LastAnswer, windowMs: number): StatusChanged[] {
  const { messageId, tenant, channel, lane, hop, attempt, sentAt, recipientCount, recipients } = missing;
  const { provider, providerMessageId, callId, correlationId, tags } = missing;
  const known = recipients.filter(({ hash }) => open.includes(hash));
  const about: (RecipientRef | undefined)[] = recipientCount > 1 && known.length > 0 ? known : [undefined];
  return about.map((recipient) => ({
    eventId: factId({
      tenant,
      channel,
      messageId,
      hop,
      source: channel,
      status: `without-receipt${recipient ? `:${recipient.hash}` : ''}`,
    }),
    messageId,
    tenant,
    channel,
    hop,
    status: 'sent',
    final: true,
    at: nearestInstant(Date.parse(sentAt) + windowMs),
    source: channel,
    reason: `No receipt came within ${spanOf(windowMs)}. ${wordsOf(answer, provider)}`,
    ...(lane && { lane }),
    ...(attempt !== undefined && { attempt }),
    ...(provider !== undefined && { provider }),
    ...(providerMessageId !== undefined && { providerMessageId }),
    ...(callId !== undefined && { callId }),
    ...(correlationId !== undefined && { correlationId }),
    ...(tags && { tags }),
    ...(recipient && { recipient, recipientCount }),
  }));
}

function wordsOf(answer: LastAnswer, provider = 'the provider'): string {
  switch (answer) {
    case 'on-its-way':
      return `Asked for it, ${provider} knows no end of it either.`;
    case 'unknown':
      return `Asked for it, ${provider} does not know it.`;
    case 'may-not-ask':
      return `The key for ${provider} may not ask for it.`;
    case 'not-asked':
      return `It was not possible to ask ${provider} for it.`;
  }
}

const units: readonly [number, string][] = [
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** A duration in words: its largest unit that fits, rounded. */
function spanOf(ms: number): string {
  const [size, name] = units.find(([unit]) => ms >= unit) ?? units.at(-1)!;
  const count = Math.max(1, Math.round(ms / size));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
