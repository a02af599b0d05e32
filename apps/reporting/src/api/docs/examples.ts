import { perChannel } from '#libs/contracts';
import type { DeadLetterList, MessageResponse, MessageList, MessageSummary, SummaryResponse } from '../responses.ts';

const provider = 'sendgrid';

const summary: MessageSummary = {
  messageId: 'order-1042-receipt',
  channel: 'email',
  tenant: 'default',
  lane: 'transactional',
  category: 'transactional',
  status: 'delivered',
  final: true,
  engagement: ['opened'],
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  requestedAt: '2030-01-31T12:00:00.000Z',
  recipients: ['a***@inbox.test'],
  correlationId: 'order-1042',
  tags: ['receipt'],
  provider,
  attempts: 1,
  updatedAt: '2030-01-31T12:00:05.120Z',
};

export const messageExample: MessageResponse = {
  ...summary,
  deadLetter: null,
  timeline: [
    { status: 'accepted', at: '2030-01-31T12:00:00.000Z', source: 'request', description: 'The request was received.' },
    {
      status: 'sent',
      at: '2030-01-31T12:00:00.310Z',
      source: 'email',
      hop: 1,
      attempt: 1,
      provider,
      providerMessageId: '14c5d75ce93.dfd.64b469',
      description: `Handed to ${provider}, which took it for delivery.`,
    },
    {
      status: 'delivered',
      at: '2030-01-31T12:00:02.000Z',
      source: 'receipt',
      hop: 1,
      attempt: 1,
      provider,
      providerMessageId: '14c5d75ce93.dfd.64b469',
      recipient: 'a***@inbox.test',
      description: `Delivered, as ${provider} confirms.`,
    },
    {
      status: 'opened',
      at: '2030-01-31T12:00:05.000Z',
      source: 'receipt',
      hop: 1,
      provider,
      recipient: 'a***@inbox.test',
      description: 'The recipient opened it.',
    },
  ],
};

export const listExample: MessageList = { items: [summary], nextCursor: null };

export const summaryExample: SummaryResponse = {
  since: '2030-01-01T00:00:00.000Z',
  until: '2030-01-31T12:00:00.000Z',
  total: 200,
  channels: perChannel(() => ({ total: 100, delivered: 98, failed: 2 })),
};

export const deadLettersExample: DeadLetterList = {
  items: [
    {
      messageId: 'order-1043-receipt',
      channel: 'email',
      tenant: 'default',
      lane: 'transactional',
      at: '2030-01-31T12:40:00.000Z',
      reason: 'exhausted',
      state: 'open',
      settledBy: null,
      operationId: null,
      meaning: 'Given up after 8 attempts: it was tried as often as is allowed. The provider refused the connection.',
      remedy: 'Look at the provider’s status page, then send it again.',
      attempts: 8,
      requestedAt: '2030-01-31T12:00:00.000Z',
      failure: {
        kind: 'transient',
        code: 'ECONNREFUSED',
        meaning: 'The provider refused the connection.',
        remedy: 'Look at the provider’s status page, then send it again.',
        help: 'docs/errors/network.md#econnrefused',
      },
      status: 'failed',
      final: true,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    },
  ],
  nextCursor: null,
};
