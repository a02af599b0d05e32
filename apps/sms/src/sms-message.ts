import type { SmsRequested } from '#libs/contracts';

/** A message ready for a provider: the request with its kind and sender filled in. */
export type SmsMessage = SmsRequested & {
  kind: 'sms' | 'mms' | 'whatsapp';
  /** All that it may go from, the preferred one first; `from` or `messagingService` is one of them. */
  senders?: readonly string[];
  /** Another sender is left that has not failed it. */
  hasOtherSender?: boolean;
  /** Undefined: the messaging service chooses the sender. */
  from: string | undefined;
  /** The provider whose own template it uses. A template of ours has already been rendered into the body. */
  boundTo?: string;
  /** Undefined where there is a sender, or where the provider's default one is used. */
  messagingService?: string | undefined;
  /** The country of its recipient, or the country calling code where there is none. */
  region?: string | undefined;
  /**
   * It is sent as free-form text and also has a template: if the provider revokes its acceptance, the template is sent.
   */
  resendPlan?: true;
  /** Why no sender is allowed there. */
  senderProblem?: string | undefined;
};
