import type { AccountSetup } from '../setup.policy.ts';
import { Injectable } from '@nestjs/common';
import { AccountService } from '../../../core/account/account.service.ts';
import type { Answer } from '../../../core/response.ts';
import type { WebhookFault } from '../../../core/gate/fault.policy.ts';
import { hex, messageId } from '../../../core/inbox/ids.ts';
import { InboxService } from '../../../core/inbox/inbox.service.ts';
import { imagesOf, messagesOf } from './accept.policy.ts';
import { badRequest } from '../error.policy.ts';
import { checkMail } from './mail-rules.policy.ts';
import { unverifiedSender } from './sender.policy.ts';
import { SendGridTemplates } from '../templates/template.service.ts';

/** POST /v3/mail/send. */
@Injectable()
export class MailService {
  constructor(
    private readonly inbox: InboxService,
    private readonly accounts: AccountService,
    private readonly templates: SendGridTemplates,
  ) {}

  async send(body: unknown, webhookFault: WebhookFault | null): Promise<Answer> {
    const now = Date.now();
    const checked = checkMail(body, now);
    if (!checked.ok) return badRequest(checked.problems);
    const unverified = unverifiedSender(checked.mail, this.accounts.of<AccountSetup>('sendgrid'));
    if (unverified) return unverified;
    const requestId = messageId();
    const headers = { 'x-message-id': requestId };
    // SendGrid's own sandbox mode validates the request and sends nothing: 200 instead of 202, and no events.
    if (checked.mail.mail_settings?.sandbox_mode?.enable) return { status: 200, headers };
    const template = this.templates.active(checked.mail.template_id ?? '');
    await this.inbox.accept(
      messagesOf(checked.mail, { requestId, server: hex(16), now, webhookFault, template }),
      imagesOf(checked.mail, requestId),
    );
    return { status: 202, headers };
  }
}
