/** The events of a text after acceptance. */
export interface TextStep {
  event: 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'read';
  errorCode?: number;
}

/** Our own numbers: accepted, then these events. */
export const magicNumbers: Readonly<Record<string, readonly TextStep[]>> = {
  '+15005550030': [{ event: 'sent' }, { event: 'undelivered', errorCode: 30003 }],
  '+15005550031': [{ event: 'sent' }, { event: 'undelivered', errorCode: 30005 }],
  '+15005550032': [{ event: 'sent' }, { event: 'undelivered', errorCode: 30006 }],
  '+15005550033': [{ event: 'sent' }, { event: 'undelivered', errorCode: 30007 }],
  '+15005550034': [{ event: 'failed', errorCode: 30008 }],
  '+15005550035': [],
};
const plainText: readonly TextStep[] = [{ event: 'sent' }, { event: 'delivered' }];

/** Twilio's own test numbers: refused at once with this code (twilio.com/docs/iam/test-credentials). */
export const refusedRecipients: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
export const refusedSenders: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
};

/** A sender of our own whose texts are taken, and then filtered by the carrier. */
export const filteredSender = '+15005550036';
const filtered: readonly TextStep[] = [{ event: 'sent' }, { event: 'undelivered', errorCode: 30007 }];

/** `queuedFirst`: a Messaging Service accepts a text before it queues it, and reports both. */
export function textPlan(to: string, queuedFirst: boolean, from?: string | null): readonly TextStep[] {
  if (from === filteredSender) return filtered;
  const number = bareNumber(to);
  const steps = magicNumbers[number] ?? (to === number ? plainText : [...plainText, { event: 'read' } as const]);
  return queuedFirst && steps.length > 0 ? [{ event: 'queued' }, ...steps] : steps;
}

/** The number in a channel address such as `whatsapp:+12025550123`. */
export function bareNumber(address: string): string {
  return address.slice(address.indexOf(':') + 1);
}
