import { bareAddress, nameOfMailbox } from '../../simulators/resend/email/email-rules.policy.ts';
import type { SandboxMessage } from '../inbox/message.ts';

const iso = (at: number) => new Date(at).toISOString();

/** A message as the control API and the page show it. */
export function viewOf(message: SandboxMessage): Record<string, unknown> {
  return {
    provider: message.provider,
    reference: message.reference,
    callId: message.callId,
    to: message.to,
    from: message.from && bareAddress(message.from),
    ...contentOf(message),
    acceptedAt: iso(message.acceptedAt),
    providerMessageId: message.providerMessageId,
    status: message.status,
    events: message.events
      .filter(({ webhook }) => webhook !== 'planned')
      .map(({ step, at, webhook }) => ({ event: step.event, at: iso(at), webhook })),
  };
}

function contentOf(message: SandboxMessage): Record<string, unknown> {
  if (message.provider === 'twilio') {
    const { body, mediaUrls, contentSid, messagingServiceSid, errorCode } = message;
    return { body, mediaUrls, contentSid, messagingServiceSid, errorCode };
  }
  if (message.provider === 'resend') {
    const { id, kind, from, toName, replyTo, subject, text, html, templateId, tags, headers, attachments } = message;
    return {
      recipientMessageId: id,
      kind,
      fromName: (from && nameOfMailbox(from)) || undefined,
      toName,
      replyTo,
      subject,
      text,
      html,
      templateId,
      tags,
      headers,
      attachments,
    };
  }
  const {
    id,
    kind,
    fromName,
    toName,
    replyTo,
    subject,
    text,
    html,
    templateId,
    categories,
    customArgs,
    headers,
    attachments,
  } = message;
  return {
    recipientMessageId: id,
    kind,
    fromName,
    toName,
    replyTo,
    subject,
    text,
    html,
    templateId,
    categories,
    customArgs,
    headers,
    attachments,
  };
}
