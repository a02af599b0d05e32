import type { Failure } from '#libs/contracts';
import { ownFailure } from '#libs/providers';

/** How long after a person's message WhatsApp accepts free-form text (Meta's customer service window; Twilio 63016). */
export const WINDOW_MS = 24 * 3_600_000;

/** Who decides whether free-form text may be sent on WhatsApp: our own record of replies, or the provider. */
export type WindowRule = 'enforce' | 'provider';

export type MessageForm = 'free-form' | 'template' | Failure;

export interface WhatsAppContent {
  freeForm: boolean;
  template: boolean;
}

/**
 * The form in which a WhatsApp message is sent: free-form inside the window, the template outside.
 * @param heardAt ms since 1970
 */
export function formOf(
  { freeForm, template }: WhatsAppContent,
  heardAt: number | undefined,
  rule: WindowRule,
  now: number,
): MessageForm {
  if (!freeForm) return 'template';
  if (heardAt !== undefined && now - heardAt < WINDOW_MS) return 'free-form';
  if (template) return 'template';
  return rule === 'provider' ? 'free-form' : outside;
}

const outside = ownFailure(
  'MSG_OUTSIDE_WINDOW',
  'bad-content',
  'never',
  'The recipient has not written to this sender within 24 hours, so WhatsApp takes only an approved template; ' +
    'nothing was sent.',
  {
    remedy:
      'Publish it with a contentTemplate (beside the body, if you like). If replies do not come to this service, ' +
      'set WHATSAPP_WINDOW=provider.',
  },
);
