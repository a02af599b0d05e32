import type { StatusChanged } from '#libs/contracts';

/** The reason of an event, as facts and timelines contain it. */
export interface Detail {
  reason?: string | null;
  nextAt?: string | null;
  failure?: {
    meaning: string;
    help?: string | undefined;
    fields?: { field: string; rule: string }[] | undefined;
  } | null;
}

/** The reason and the next step, in one line; empty where there is neither. */
export function detailOf({ reason, failure, nextAt }: Detail): string {
  const fields = failure?.fields?.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  const why = [failure?.meaning ?? reason, fields, failure?.help && `→ ${failure.help}`].filter(Boolean).join(' ');
  return [why, nextAt && `next at ${nextAt}`].filter(Boolean).join(', ');
}

const words: Record<string, (fact: StatusChanged) => string> = {
  accepted: ({ source }) => (source === 'request' ? 'taken in' : `taken in by ${source}`),
  scheduled: () => 'waits for its time',
  retrying: () => 'will be tried again',
  sent: ({ provider, source }) =>
    source === 'receipt'
      ? `${provider ?? 'the provider'} confirms that it has it`
      : `handed to ${provider ?? 'the provider'}`,
  delayed: () => 'delayed on the way to the recipient',
  delivered: ({ provider }) => `delivery confirmed${provider ? ` by ${provider}` : ''}`,
  bounced: () => 'refused by the recipient’s side',
  failed: () => 'could not be sent',
  rejected: () => 'not a valid request',
  suppressed: () => 'this recipient must not be written to',
  expired: () => 'its time ran out',
  cancelled: () => 'called off',
  'cancel-refused': () => 'could not be called off any more',
  discarded: () => 'its dead letter was put aside',
  unconfirmed: () => 'the provider’s answer was lost: nobody knows yet whether it took the message',
};

/** One fact in plain words, with the time since the request was published. */
export function factLine(fact: StatusChanged, sinceMs: number): string {
  const meaning = words[fact.status]?.(fact) ?? `the recipient’s doing: ${fact.status}`;
  const detail = detailOf(fact);
  return (
    `  ${`+${(sinceMs / 1000).toFixed(2)} s`.padStart(9)}  ${fact.status.padEnd(12)} ` +
    `${meaning}${detail ? ` (${detail})` : ''}`
  );
}
