import { type Failure, phoneIdentity } from '#libs/contracts';
import { fileFailure, type Files } from '#libs/provider-http';
import type { Screened } from '#libs/delivery';
import { mediaFault, type MediaLimits } from './content/media.policy.ts';
import type { Conversations } from './conversation/conversations.port.ts';
import { formOf, type WindowRule } from './conversation/window.policy.ts';
import { type Budget, budgetOf, overBudget } from './recipient/budget.policy.ts';
import type { PrefixUse } from './recipient/prefix-use.port.ts';
import type { SmsMessage } from './sms-message.ts';

export interface ScreeningOptions {
  conversations: Conversations;
  prefixUse: PrefixUse;
  windowRule: WindowRule;
  budgets: readonly Budget[];
  /** Reads the size and type of media from their servers; undefined: media are not checked. */
  files: Pick<Files, 'look'> | undefined;
  /** The rules of each provider in use. */
  media: readonly MediaLimits[];
  /** The keyed hash under which conversations are stored. */
  hashOf: (number: string) => string;
}

/** The timeout for all media of a message, in milliseconds: the claim's lease runs meanwhile. */
const LOOK_WITHIN_MS = 1_000;

/** The last checks of a text before it is sent: WhatsApp's window, its media, and the budget of its country. */
export class ScreeningService {
  constructor(private readonly options: ScreeningOptions) {}

  /** @throws InfrastructureDown when Postgres cannot be reached. */
  async screen(message: SmsMessage): Promise<Screened<SmsMessage>> {
    const worded = message.kind === 'whatsapp' ? await this.inWindow(message) : { pass: true as const, message };
    if (!worded.pass) return worded;
    const failure = await this.unfitMedia(worded.message);
    return failure ? { pass: false, failure } : this.inBudget(worded.message);
  }

  private async inWindow(message: SmsMessage): Promise<Screened<SmsMessage>> {
    const { conversations, windowRule, hashOf } = this.options;
    const content = {
      freeForm: message.body !== undefined || message.mediaUrls !== undefined,
      template: message.contentTemplate !== undefined,
    };
    const heardAt = content.freeForm
      ? await conversations.lastHeard({
          recipient: hashOf(message.to),
          business: message.from && phoneIdentity(message.from),
        })
      : undefined;
    const contentHash = formOf(content, heardAt, windowRule, Date.now());
    switch (contentHash) {
      case 'free-form':
        return {
          pass: true,
          message: { ...message, contentTemplate: undefined, ...(content.template && { resendPlan: true }) },
        };
      case 'template':
        return { pass: true, message: { ...message, body: undefined, mediaUrls: undefined } };
      default:
        return { pass: false, failure: contentHash };
    }
  }

  private async unfitMedia({ kind, mediaUrls = [] }: SmsMessage): Promise<Failure | undefined> {
    const { files, media } = this.options;
    if (!files) return undefined;
    const wrong = mediaFault(kind, await Promise.all(mediaUrls.map((url) => files.look(url, LOOK_WITHIN_MS))), media);
    return wrong && fileFailure(wrong.fault, wrong.field, wrong.rule);
  }

  private async inBudget(message: SmsMessage): Promise<Screened<SmsMessage>> {
    const budget = budgetOf(message, this.options.budgets);
    if (!budget) return { pass: true, message };
    const { asked, endsInMs } = await this.options.prefixUse.count(budget.prefix);
    return asked <= budget.perHour
      ? { pass: true, message }
      : { pass: false, failure: overBudget(budget.prefix, budget.perHour, endsInMs) };
  }
}
