import { EmailRequested, type Failure, type Mailbox, type Provider } from '#libs/contracts';
import { ChannelPort } from '#libs/delivery';
import type { EmailMessage } from './email-message.ts';
import { type LinkMaker, missingWayOut, withWayOut } from './unsubscribe/way-out.policy.ts';

/** What makes the engine an e-mail engine. */
export class EmailChannel extends ChannelPort<EmailRequested, EmailMessage> {
  readonly channel = 'email';
  readonly schema = EmailRequested;
  readonly providers: readonly Provider<EmailMessage>[];
  private readonly sender: Mailbox;
  private readonly links: LinkMaker | undefined;

  constructor(providers: readonly Provider<EmailMessage>[], sender: Mailbox, links: LinkMaker | undefined) {
    super();
    this.providers = providers;
    this.sender = sender;
    this.links = links;
  }

  toMessage(request: EmailRequested): EmailMessage {
    return withWayOut({ ...request, from: request.from ?? this.sender }, this.links);
  }

  override refuse(message: EmailMessage): Failure | undefined {
    return missingWayOut(message);
  }

  senderOf(message: EmailMessage): string {
    return message.from.email.toLowerCase();
  }

  addressesOf(request: EmailRequested): string[] {
    return [...request.to, ...(request.cc ?? []), ...(request.bcc ?? [])].map((box) => box.email);
  }
}
