import type { SmsRequested } from '#libs/contracts';

/** A message ready for a provider: the request with kind and sender filled in. */
export type SmsMessage = SmsRequested & {
  kind: 'sms' | 'mms' | 'whatsapp';
  /** Undefined: the provider's messaging service picks the sender. */
  from: string | undefined;
  /** The provider whose own template it names. A template of ours has become the body. */
  boundTo?: string;
};
