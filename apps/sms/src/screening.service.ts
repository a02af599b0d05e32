import type { Screened } from '#libs/delivery';
import type { Conversations } from './conversation/conversations.port.ts';
import { wordingOf, type WindowRule } from './conversation/window.policy.ts';
import { type Budget, budgetOf, overBudget } from './recipient/budget.policy.ts';
import type { PrefixUse } from './recipient/prefix-use.port.ts';
import type { SmsMessage } from './sms-message.ts';

export interface ScreeningOptions {
  conversations: Conversations;
  prefixUse: PrefixUse;
  windowRule: WindowRule;
  budgets: readonly Budget[];
  /** The keyed hash under which conversations are kept. */
  hashOf: (number: string) => string;
}

/** The last look at a text before it goes: WhatsApp's window, and what the budget of its country leaves. */
export class ScreeningService {
  private readonly options: ScreeningOptions;

  constructor(options: ScreeningOptions) {
    this.options = options;
  }

  /** @throws InfrastructureDown when Postgres cannot be reached. */
  async screen(message: SmsMessage): Promise<Screened<SmsMessage>> {
    const worded = message.kind === 'whatsapp' ? await this.inWindow(message) : { pass: true as const, message };
    return worded.pass ? this.inBudget(worded.message) : worded;
  }

  private async inWindow(message: SmsMessage): Promise<Screened<SmsMessage>> {
    const { conversations, windowRule, hashOf } = this.options;
    const content = { freeForm: message.body !== undefined || message.mediaUrls !== undefined, template: message.contentTemplate !== undefined };
    const heardAt = content.freeForm ? await conversations.lastHeard({ recipient: hashOf(message.to), business: message.from }) : undefined;
    const wording = wordingOf(content, heardAt, windowRule, Date.now());
    switch (wording) {
      case 'free-form':
        return { pass: true, message: { ...message, contentTemplate: undefined } };
      case 'template':
        return { pass: true, message: { ...message, body: undefined, mediaUrls: undefined } };
      default:
        return { pass: false, failure: wording };
    }
  }

  private async inBudget(message: SmsMessage): Promise<Screened<SmsMessage>> {
    const budget = budgetOf(message, this.options.budgets);
    if (!budget) return { pass: true, message };
    const { asked, endsInMs } = await this.options.prefixUse.count(budget.prefix);
    return asked <= budget.perHour ? { pass: true, message } : { pass: false, failure: overBudget(budget.prefix, budget.perHour, endsInMs) };
  }
}
