import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import type { WebhookFault } from '../../../core/gate/fault.policy.ts';
import { hex } from '../../../core/inbox/ids.ts';
import { InboxService } from '../../../core/inbox/inbox.service.ts';
import { bareNumber } from '../magic.policy.ts';
import { MessageStore } from '../../../core/inbox/message.store.ts';
import { isText, type TextMessage } from '../message.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { type ContentTemplate, givenVariables, rendered } from '../content/content.policy.ts';
import { ContentService } from '../content/content.service.ts';
import { notFound, refusal } from '../error.policy.ts';
import { isListed, listingOf, pageOf } from './listing.policy.ts';
import { PeopleService } from './people.service.ts';
import { resourceOf } from './resource.policy.ts';
import { segmentsOf } from './segments.policy.ts';
import { checkText, type TextRequest } from './text.policy.ts';

/** Twilio's Messages resource. */
@Injectable()
export class TextService {
  private readonly accountSid: string;

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    private readonly inbox: InboxService,
    private readonly store: MessageStore,
    private readonly contents: ContentService,
    private readonly people: PeopleService,
  ) {
    this.accountSid = config.SANDBOX_TWILIO_ACCOUNT_SID;
  }

  async create(form: unknown, webhookFault: WebhookFault | null): Promise<Answer> {
    const now = Date.now();
    const checked = checkText(form, now);
    if (!checked.ok) return refusal(checked.code);
    const { to, from, messagingServiceSid, contentSid } = checked.text;
    if (this.people.hasOptedOut(to, messagingServiceSid ?? from ?? '')) return refusal(21610);
    const template = contentSid === null ? undefined : this.contents.find(contentSid);
    if (contentSid !== null && !template) return refusal(21655);
    const content = template ? this.fromTemplate(checked.text, template) : this.freeForm(checked.text, now);
    const message = {
      ...messageOf({ ...checked.text, body: content.body }, now),
      doomed: content.doomed,
      webhookFault,
    };
    await this.inbox.accept([message]);
    return { status: 201, body: resourceOf({ ...message, events: [] }, this.accountSid) };
  }

  private fromTemplate(
    { contentVariables }: TextRequest,
    template: ContentTemplate,
  ): { body: string; doomed: number | null } {
    const { body, complete } = rendered(template, givenVariables(contentVariables) ?? {});
    return { body, doomed: complete ? null : 63028 };
  }

  /**
   * WhatsApp accepts free-form text only to people who wrote within a day; the failure is reported after acceptance.
   */
  private freeForm({ to, from, body }: TextRequest, now: number): { body: string; doomed: number | null } {
    const whatsapp = to.startsWith('whatsapp:');
    const inWindow = this.people.isInWindow(bareNumber(to), from && bareNumber(from), now);
    return { body, doomed: whatsapp && !inWindow ? 63016 : null };
  }

  one(sid: string, url: string): Answer {
    const message = this.store.get(sid);
    if (!isText(message)) return notFound(url);
    return { status: 200, body: resourceOf(message, this.accountSid) };
  }

  list(query: Readonly<Record<string, string | undefined>>): Answer {
    const listing = listingOf(query);
    if (!listing) return refusal(20001);
    const found: TextMessage[] = [];
    let started = listing.after === undefined;
    for (const message of listing.to === undefined ? this.store.newestFirst() : this.store.ofRecipient(listing.to)) {
      if (started && isText(message) && isListed(message, listing)) found.push(message);
      if (found.length > listing.pageSize) break;
      started ||= message.id === listing.after;
    }
    const page = found.slice(0, listing.pageSize);
    const last = found.length > page.length ? (page.at(-1)?.id ?? null) : null;
    const messages = page.map((message) => resourceOf(message, this.accountSid));
    return { status: 200, body: { ...pageOf(this.accountSid, query, listing, page.length, last), messages } };
  }
}

function messageOf(text: TextRequest, now: number): Omit<TextMessage, 'events' | 'webhookFault'> {
  const { sendAt, contentVariables: _, smartEncoded, ...rest } = text;
  const id = `${text.mediaUrls.length > 0 ? 'MM' : 'SM'}${hex(32)}`;
  const token = text.statusCallback ? URL.parse(text.statusCallback)?.searchParams : undefined;
  return {
    ...rest,
    provider: 'twilio',
    id,
    providerMessageId: id,
    reference: token?.get('mi_message_id') ?? null,
    callId: token?.get('mi_call_id') ?? null,
    acceptedAt: now,
    startsAt: sendAt ?? now,
    updatedAt: now,
    sentAt: null,
    errorCode: null,
    segments: segmentsOf(text.body, smartEncoded),
    status: sendAt === null ? (text.messagingServiceSid ? 'accepted' : 'queued') : 'scheduled',
  };
}
