import { randomUUID } from 'node:crypto';
import { EmailRequested, Failure, SendDeferred, SmsRequested, StatusChanged } from '#libs/contracts';
import type { z } from 'zod';

// Each builder gives a valid value of its contract, with what the test cares about put over it; one that is not valid
// throws.

const noon = '2030-01-31T12:00:00Z';
const aMessageId = () => `m-${randomUUID()}`;

/** A request for an e-mail to Ada. */
export const anEmailRequest = (overrides: Partial<z.input<typeof EmailRequested>> = {}): EmailRequested =>
  EmailRequested.parse({
    messageId: aMessageId(),
    to: [{ email: 'ada@inbox.test', name: 'Ada' }],
    subject: 'Hello',
    text: 'It works',
    ...overrides,
  });

/** A request for an SMS. */
export const anSmsRequest = (overrides: Partial<z.input<typeof SmsRequested>> = {}): SmsRequested =>
  SmsRequested.parse({ messageId: aMessageId(), to: '+12025550123', body: 'It works', ...overrides });

/** A fact: SendGrid accepted an e-mail. */
export const aStatus = (overrides: Partial<z.input<typeof StatusChanged>> = {}): StatusChanged =>
  StatusChanged.parse({
    eventId: randomUUID(),
    messageId: aMessageId(),
    tenant: 'default',
    channel: 'email',
    lane: 'transactional',
    status: 'sent',
    final: false,
    at: noon,
    source: 'email',
    hop: 1,
    attempt: 1,
    provider: 'sendgrid',
    ...overrides,
  });

/** A transient failure: the provider refused, so certainly nothing was sent. */
export const aFailure = (overrides: Partial<z.input<typeof Failure>> = {}): Failure =>
  Failure.parse({
    kind: 'transient',
    code: 'ECONNREFUSED',
    provider: 'sendgrid',
    meaning: 'The provider refused the connection.',
    remedy: 'Nothing: it is tried again by itself until it expires.',
    retry: 'backoff',
    ...overrides,
  });

/** A first hop that failed and waits for the second. */
export function aDeferred(overrides: Partial<z.input<typeof SendDeferred>> = {}): SendDeferred {
  const failure = aFailure();
  const messageId = overrides.messageId ?? aMessageId();
  return SendDeferred.parse({
    eventId: randomUUID(),
    messageId,
    tenant: 'default',
    channel: 'email',
    lane: 'transactional',
    key: null,
    requestedAt: noon,
    expiresAt: '2030-02-01T12:00:00Z',
    request: anEmailRequest({ messageId }),
    attempts: [{ attempt: 1, hop: 1, at: noon, provider: 'sendgrid', failure }],
    hop: 1,
    why: 'failed',
    at: noon,
    failure,
    ...overrides,
  });
}
