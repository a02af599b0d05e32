import { EmailRequested, type Mailbox, type Provider } from '#libs/contracts';
import { ChannelPort } from '#libs/delivery';
import type { EmailMessage } from './email-message.ts';

/** What makes the engine an e-mail engine. */
export class EmailChannel extends ChannelPort<EmailRequested, EmailMessage> {
  readonly channel = 'email';
  readonly schema = EmailRequested;
  readonly providers: readonly Provider<EmailMessage>[];
  private readonly sender: Mailbox;

  constructor(providers: readonly Provider<EmailMessage>[], sender: Mailbox) {
    super();
    this.providers = providers;
    this.sender = sender;
  }

  toMessage(request: EmailRequested): EmailMessage {
    return { ...request, from: request.from ?? this.sender };
  }

  senderOf(message: EmailMessage): string {
    return message.from.email.toLowerCase();
  }

  addressesOf(request: EmailRequested): string[] {
    return [...request.to, ...(request.cc ?? []), ...(request.bcc ?? [])].map((box) => box.email);
  }
}
