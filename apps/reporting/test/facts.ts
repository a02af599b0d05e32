import { randomUUID } from 'node:crypto';
import {
  type Identity,
  type KeyedSuppressionChange,
  recipientRef,
  type SuppressionChanged,
  suppressionKey,
} from '#libs/contracts';
import { aFailure, anEmailRequest, aStatus } from '#libs/testing';
import { factOfRequest, factOfStatus } from '../src/intake/translate.ts';
import type { DeadLetterFact, IncomingFact } from '../src/projection/fact.ts';

export const hashKey = 'a key for hashes in tests';
export const noon = Date.UTC(2030, 0, 31, 12);

/** The fact that an e-mail was requested. */
export const requested = (
  messageId: string,
  more: { tenant?: string; to?: string; at?: number; tags?: string[]; template?: string } = {},
): IncomingFact => {
  const request = anEmailRequest({
    messageId,
    tenant: more.tenant ?? 'default',
    to: [{ email: more.to ?? 'ada@inbox.test' }],
    ...(more.tags && { tags: more.tags }),
    ...(more.template !== undefined && { template: { name: more.template, variables: {} } }),
  });
  return factOfRequest('email', request, {
    lane: 'transactional',
    timestamp: more.at ?? noon,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    hashKey,
  });
};

export const fact = (messageId: string | undefined, more: Parameters<typeof aStatus>[0] = {}): IncomingFact =>
  factOfStatus(aStatus({ messageId, at: '2030-01-31T12:00:01.000Z', ...more }), undefined);

export const receipt = (messageId: string | undefined, more: Parameters<typeof aStatus>[0] = {}): IncomingFact =>
  fact(messageId, { status: 'delivered', final: true, source: 'receipt', at: '2030-01-31T12:00:02.000Z', ...more });

export const aDeadLetter = (of: Identity & { id: string }, more: Partial<DeadLetterFact> = {}): DeadLetterFact => ({
  ...of,
  eventId: randomUUID(),
  lane: 'transactional',
  at: '2030-01-31T12:30:00.000Z',
  requestedAt: '2030-01-31T12:00:00.000Z',
  hop: 1,
  reason: 'exhausted',
  attempts: 3,
  failure: aFailure(),
  ...more,
});

/** A change of a suppression; `lifted`: its end. */
export function aSuppressionChange({
  recipient = 'ada@inbox.test',
  lifted = false,
  ...more
}: Partial<SuppressionChanged> & { lifted?: boolean } = {}): KeyedSuppressionChange {
  const { hash, mask } = recipientRef(hashKey, recipient);
  const suppress: SuppressionChanged = {
    channel: 'email',
    scope: 'all',
    reason: 'manual',
    at: new Date(noon).toISOString(),
    mask,
    ...more,
    recipient: hash,
  };
  const key = suppressionKey(suppress);
  const { at, note, by } = suppress;
  return { key, word: lifted ? { lift: { at, note, by } } : { suppress } };
}

/** In random order. */
export function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
