import { randomUUID } from 'node:crypto';
import { contentDigest, identityKey, recipientRef } from '#libs/contracts';
import type { Delivery } from '../../src/delivery.ts';
import type { DeliveryOptions } from '../../src/delivery.service.ts';

export interface TestMessage {
  text: string;
  /** The recipients that it is for, where not all. */
  goes?: readonly boolean[];
}

type TestChannel = NonNullable<DeliveryOptions<TestMessage>['channel']>;

/** A channel of newsletters without any rules, with the test's own values over it. */
export const aChannel = (overrides: Partial<TestChannel> = {}): TestChannel => ({
  refuse: () => undefined,
  screen: (message) => Promise.resolve({ pass: true, message }),
  keepResendPlan: () => Promise.resolve(),
  suppressionScopesOf: () => ({ scopes: ['marketing', 'topic:news'], past: [] }),
  only: (message, goes) => ({ ...message, goes }),
  scopeOf: (_, suppressionScopes) => (suppressionScopes === 'sender' ? 'sender:+15005550006' : 'all'),
  ...overrides,
});

/** The first hop of a new message, with the test's own values over it. */
export function aDelivery(overrides: Partial<Delivery<TestMessage>> = {}): Delivery<TestMessage> {
  const messageId = overrides.messageId ?? `m-${randomUUID()}`;
  const request = { messageId, text: 'Hello' };
  const requestedAt = overrides.requestedAt ?? new Date();
  return {
    channel: 'email',
    tenant: 'default',
    messageId,
    id: identityKey({ tenant: 'default', channel: 'email', messageId }),
    lane: 'transactional',
    hop: 1,
    mode: 'send',
    source: 'messaging.email.requested/0/1',
    requestedAt,
    rememberedAt: overrides.rememberedAt ?? requestedAt,
    sendAt: undefined,
    expiresAt: new Date(requestedAt.getTime() + 3_600_000),
    digest: contentDigest(request),
    key: null,
    request,
    message: { text: 'Hello' },
    recipients: [recipientRef('a key for the tests', 'ada@inbox.test')],
    attempts: [],
    attemptCount: overrides.attempts?.length ?? 0,
    rests: 0,
    unconfirmedCall: undefined,
    unconfirmedSince: undefined,
    correlationId: undefined,
    tags: undefined,
    ...overrides,
  };
}
