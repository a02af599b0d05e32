import type { MailMessage } from '../src/simulators/sendgrid/message.ts';
import type { TextMessage } from '../src/simulators/twilio/message.ts';

type Stored<M> = Omit<M, 'events'>;
const accepted = { reference: 'order-1', callId: 'call-1', acceptedAt: 0, startsAt: 0, webhookFault: null };

export function aMail(parts: Partial<Stored<MailMessage>> = {}): Stored<MailMessage> {
  return {
    ...accepted,
    provider: 'sendgrid',
    id: 'XMessageId0123456789ab.recvd-0-0-1-0-1.0',
    providerMessageId: 'XMessageId0123456789ab',
    index: 0,
    kind: 'to',
    to: 'ada@example.org',
    from: 'shop@example.org',
    subject: 'Hello',
    text: 'Hello Ada',
    html: null,
    templateId: null,
    customArgs: { mi_message_id: 'order-1' },
    categories: [],
    headers: {},
    asmGroupId: null,
    attachments: [],
    status: 'accepted',
    ...parts,
  };
}

export function aText(parts: Partial<Stored<TextMessage>> = {}): Stored<TextMessage> {
  return {
    ...accepted,
    provider: 'twilio',
    id: `SM${'1'.repeat(32)}`,
    providerMessageId: `SM${'1'.repeat(32)}`,
    to: '+12025550123',
    from: '+15005550006',
    body: 'Hello',
    mediaUrls: [],
    contentSid: null,
    messagingServiceSid: null,
    statusCallback: null,
    segments: 1,
    updatedAt: 0,
    sentAt: null,
    errorCode: null,
    status: 'queued',
    ...parts,
  };
}
