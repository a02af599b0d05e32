import type { AccountSetup } from '../setup.policy.ts';
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccountService } from '../../../core/account/account.service.ts';
import type { Answer } from '../../../core/response.ts';
import type { WebhookFault } from '../../../core/gate/fault.policy.ts';
import { InboxService } from '../../../core/inbox/inbox.service.ts';
import { imagesOf, messagesOf } from './accept.policy.ts';
import { type Checked, checkEmail } from './email-rules.policy.ts';
import type { Email } from './email.policy.ts';
import { refusal } from '../error.policy.ts';
import { applied } from '../templates/apply.policy.ts';
import { ResendTemplates } from '../templates/template.service.ts';

const BATCH_LIMIT = 100;

/** POST /emails and /emails/batch. */
@Injectable()
export class EmailService {
  constructor(
    private readonly inbox: InboxService,
    private readonly accounts: AccountService,
    private readonly templates: ResendTemplates,
  ) {}

  async send(body: unknown, webhookFault: WebhookFault | null): Promise<Answer> {
    const checked = this.check(body, false);
    if (!checked.ok) return checked.refusal;
    const [id] = await this.accept([checked.email], webhookFault);
    return { status: 200, body: { id } };
  }

  /** @param permissive an invalid e-mail is refused alone */
  async sendBatch(body: unknown, permissive: boolean, webhookFault: WebhookFault | null): Promise<Answer> {
    if (!Array.isArray(body) || body.length < 1 || body.length > BATCH_LIMIT)
      return refusal('validation_error', 'A batch must hold 1 to 100 e-mails.');
    const checked = body.map((email: unknown) => this.check(email, true));
    const refused = checked.flatMap((one, index) => (one.ok ? [] : [{ index, refusal: one.refusal }]));
    if (!permissive && refused.length > 0) return refused[0]!.refusal;
    const ids = await this.accept(
      checked.flatMap((one) => (one.ok ? [one.email] : [])),
      webhookFault,
    );
    const data = ids.map((id) => ({ id }));
    const errors = refused.map(({ index, refusal: { body: said } }) => ({
      index,
      message: (said as { message: string }).message,
    }));
    return { status: 200, body: permissive ? { data, errors } : { data } };
  }

  private async accept(emails: readonly Email[], webhookFault: WebhookFault | null): Promise<string[]> {
    const now = Date.now();
    const ids = emails.map(() => randomUUID());
    await this.inbox.accept(
      emails.flatMap((email, index) => messagesOf(email, { emailId: ids[index]!, now, webhookFault })),
      emails.flatMap((email, index) => imagesOf(email, ids[index]!)),
    );
    return ids;
  }

  private check(body: unknown, isInBatch: boolean): Checked {
    const checked = checkEmail(body, { account: this.accounts.of<AccountSetup>('resend'), isInBatch, now: Date.now() });
    return checked.ok ? applied(checked.email, this.templates.find(checked.email.template?.id ?? '')) : checked;
  }
}
