import { EmailRequested, type Failure, type FieldError, type Mailbox } from '#libs/contracts';
import { type Provider, providerRules, templateOwner } from '#libs/providers';
import { type Addressee, ChannelPort, type SuppressionScopes, type Rendered } from '#libs/delivery';
import type { Templates } from '#libs/templates';
import type { EmailMessage } from './email-message.ts';
import { type EmailCatalogue, emailCatalogue } from './providers/catalogue.ts';
import { onlyTo, suppressionScopesOf } from './suppression-scopes.policy.ts';
import {
  type LinkMaker,
  lostPlaceholders,
  missingUnsubscribeLink,
  withUnsubscribeLink,
} from './unsubscribe/unsubscribe-link.policy.ts';

const noProvider = { field: 'template.name', rule: 'names a template of a provider that sends no e-mail here' };

export interface EmailChannelOptions {
  /** In the order of preference. */
  providers: readonly Provider<EmailMessage>[];
  /** The sender of requests that name none. */
  sender: Mailbox;
  templates: Templates;
  /** How to make unsubscribe links; undefined: there are none. */
  links?: LinkMaker | undefined;
  /** How long bulk messages wait for others of the same content, in milliseconds; 0: not at all. */
  coalesceLingerMs?: number;
  /** The providers that requests may name, including those without access; default: all. */
  catalogue?: EmailCatalogue;
}

/** The e-mail channel's part of the delivery engine. */
export class EmailChannel extends ChannelPort<EmailRequested, EmailMessage> {
  readonly channel = 'email';
  readonly schema = EmailRequested;
  readonly providers: readonly Provider<EmailMessage>[];
  override readonly coalesceLingerMs: number;
  private readonly sender: Mailbox;
  private readonly templates: Templates;
  private readonly links: LinkMaker | undefined;
  private readonly catalogue: EmailCatalogue;
  private readonly rules: (request: EmailRequested) => FieldError[];

  constructor({
    providers,
    sender,
    templates,
    links,
    coalesceLingerMs = 0,
    catalogue = emailCatalogue,
  }: EmailChannelOptions) {
    super();
    this.providers = providers;
    this.sender = sender;
    this.templates = templates;
    this.links = links;
    this.coalesceLingerMs = coalesceLingerMs;
    this.catalogue = catalogue;
    this.rules = providerRules(catalogue);
  }

  override get providerNames(): readonly string[] {
    return this.catalogue.map(({ name }) => name);
  }

  override problemsOf(request: EmailRequested): FieldError[] {
    return [...this.rules(request), ...this.besideTemplate(request), ...lostPlaceholders(request)];
  }

  /** A template of ours brings the whole content: other content in the request would be lost silently. */
  private besideTemplate({ template, ...content }: EmailRequested): FieldError[] {
    if (!template || templateOwner(template.name, this.catalogue)) return [];
    return (['subject', 'text', 'html'] as const)
      .filter((field) => content[field] !== undefined)
      .map((field) => ({ field, rule: 'comes from the template: leave it out' }));
  }

  toMessage(request: EmailRequested): EmailMessage {
    const concerns = this.catalogue.flatMap(({ requests }) => requests?.concernsOf(request) ?? []);
    const past = concerns.flatMap((one) => one.past);
    const listScope = concerns.find((one) => one.listScope !== undefined)?.listScope;
    return {
      ...request,
      from: request.from ?? this.sender,
      ...(listScope !== undefined && { listScope }),
      ...(past.length > 0 && { past }),
    };
  }

  override refuse(message: EmailMessage): Failure | undefined {
    return missingUnsubscribeLink(message);
  }

  override render(message: EmailMessage, pinned: string | undefined): Rendered<EmailMessage> {
    const { template, ...bare } = message;
    if (!template) return { message: withUnsubscribeLink(message, this.links) };
    const owner = templateOwner(template.name, this.catalogue);
    if (owner) {
      if (!this.providers.some(({ name }) => name === owner.provider))
        return { message, canRecover: true, faults: [noProvider] };
      return {
        message: withUnsubscribeLink(
          { ...message, boundTo: owner.provider, template: { ...template, name: owner.id } },
          this.links,
        ),
      };
    }
    const rendering = this.templates.render('email', template, pinned);
    if (!rendering.rendered) return { message, faults: rendering.faults, canRecover: rendering.gone };
    const { subject, text, html } = rendering.content;
    // After rendering: the recipient's link is inserted where the template has a placeholder.
    return {
      message: withUnsubscribeLink({ ...bare, subject, text, html }, this.links),
      templateVersion: rendering.version,
    };
  }

  override boundTo(message: EmailMessage): string | undefined {
    return message.boundTo;
  }

  senderOf(message: EmailMessage): string {
    return message.from.email.toLowerCase();
  }

  override addresseeOf({ category, timeZone }: EmailMessage): Addressee {
    return { category, timeZone };
  }

  override suppressionScopesOf(message: EmailMessage): SuppressionScopes {
    return suppressionScopesOf(message);
  }

  override only(message: EmailMessage, goes: readonly boolean[]): EmailMessage | undefined {
    return onlyTo(message, goes);
  }

  addressesOf(request: EmailRequested): string[] {
    return [...request.to, ...(request.cc ?? []), ...(request.bcc ?? [])].map((box) => box.email);
  }
}
