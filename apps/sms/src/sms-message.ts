import type { SmsRequested } from '#libs/contracts';

/** A message ready for a provider: the request with kind and sender filled in. */
export type SmsMessage = SmsRequested & {
  kind: 'sms' | 'mms' | 'whatsapp';
  /** Undefined: the messaging service picks the sender. */
  from: string | undefined;
  /** The provider whose own template it names. A template of ours has become the body. */
  boundTo?: string;
  /** Undefined where there is a sender, or the provider's standard one is meant. */
  messagingService?: string | undefined;
  /** The country of its recipient, or the calling code where there is none. */
  region?: string | undefined;
  /** It goes in its own words and has a template beside: if the provider gives it back, the template goes. */
  resendPlan?: true;
  /** Why no sender may go there. */
  senderProblem?: string | undefined;
};
