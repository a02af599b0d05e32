import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccountService } from '../account/account.service.ts';
import type { Answer } from '../answer.ts';
import type { WebhookFault } from '../gate/fault.policy.ts';
import { InboxService } from '../messages/inbox.service.ts';
import { messagesOf } from './accept.policy.ts';
import { checkEmail, type Rules } from './email-rules.policy.ts';
import type { Email } from './email.policy.ts';
import { refusal } from './error.policy.ts';

const MOST_TOGETHER = 100;

/** POST /emails and /emails/batch. */
@Injectable()
export class EmailService {
  constructor(
    private readonly inbox: InboxService,
    private readonly accounts: AccountService,
  ) {}

  async send(body: unknown, webhookFault: WebhookFault | null): Promise<Answer> {
    const checked = checkEmail(body, this.rules(false));
    if (!checked.ok) return checked.refusal;
    const [id] = await this.accept([checked.email], webhookFault);
    return { status: 200, body: { id } };
  }

  /** @param permissive one bad e-mail refuses itself and not the others */
  async sendTogether(body: unknown, permissive: boolean, webhookFault: WebhookFault | null): Promise<Answer> {
    if (!Array.isArray(body) || body.length < 1 || body.length > MOST_TOGETHER) return refusal('validation_error', 'A batch must hold 1 to 100 e-mails.');
    const checked = body.map((email: unknown) => checkEmail(email, this.rules(true)));
    const refused = checked.flatMap((one, index) => (one.ok ? [] : [{ index, refusal: one.refusal }]));
    if (!permissive && refused.length > 0) return refused[0]!.refusal;
    const ids = await this.accept(checked.flatMap((one) => (one.ok ? [one.email] : [])), webhookFault);
    const data = ids.map((id) => ({ id }));
    const errors = refused.map(({ index, refusal: { body: said } }) => ({ index, message: (said as { message: string }).message }));
    return { status: 200, body: permissive ? { data, errors } : { data } };
  }

  private async accept(emails: readonly Email[], webhookFault: WebhookFault | null): Promise<string[]> {
    const now = Date.now();
    const ids = emails.map(() => randomUUID());
    await this.inbox.accept(emails.flatMap((email, index) => messagesOf(email, { emailId: ids[index]!, now, webhookFault })));
    return ids;
  }

  private rules = (together: boolean): Rules => ({ account: this.accounts.current().resend, together, now: Date.now() });
}
