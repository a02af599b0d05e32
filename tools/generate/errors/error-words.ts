import type { FailureRow, FailureStage } from '#libs/providers';

type Row = Omit<FailureRow, 'source'>;

const places: Record<FailureStage, string> = {
  request: 'in the answer to a request',
  receipt: 'in a receipt: the provider had taken the message',
  network: 'as the connection to the provider broke',
  webhook: 'in the provider’s console, about its calls of our webhook',
  inbound: 'in the provider’s console, about a message to us',
  warning: 'in the provider’s console or a receipt, as a warning',
};

/** Where one meets the code. */
export const shownWhere = ({ stage = 'request', httpStatus }: Row): string =>
  `${places[stage]}${httpStatus === undefined ? '' : `, HTTP ${httpStatus}`}`;

const lookUp =
  'Finds out at the provider whether it took the message before anything goes again ([when the answer is ' +
  'lost](../delivery.md#when-the-providers-answer-is-lost)).';

/**
 * What the platform does by itself (docs/delivery.md).
 * @param others whether the channel of this code has other providers that could be configured
 */
export function platformDoes(row: Row, others: boolean): string {
  const goesOn = row.bySender ? `${fromNextSender} Else: ` : '';
  return goesOn + doesAlone(row, others);
}

const fromNextSender =
  'Sends it at once from the next configured sender that has not failed the message, where there is one ' +
  '([senders](../../apps/sms/README.md#senders)).';

function doesAlone(row: Row, others: boolean): string {
  switch (row.stage ?? 'request') {
    case 'request':
      return afterRequest(row, others);
    case 'network':
      return (
        `${afterRequest(row, others)} What counts is whether the request was written, which the transport sees: if ` +
        'it was not, the message is tried again; if it was, it is looked up first.'
      );
    case 'receipt':
      return (
        'Tells it in the message’s timeline. Nothing is sent again by itself, since the provider had taken the ' +
        'message.'
      );
    case 'webhook':
    case 'inbound':
    case 'warning':
      return 'Does nothing: no message of ours has failed by it.';
  }
}

function afterRequest({ kind, retry }: Row, others: boolean): string {
  const by = others ? ', by another provider of the channel where one is configured,' : '';
  if (kind === 'unknown') return lookUp;
  if (kind === 'throttled' && retry !== 'never')
    return 'Tries again after the time that the provider asked for, else with growing pauses, until it expires.';
  switch (retry) {
    case 'never':
      return 'Never sends it again: the message ends `failed`, with a dead letter.';
    case 'operator':
      return `Tries again slowly${by} until it expires, since an operator must fix it.`;
    case 'failover':
    case 'backoff':
      return `Tries again with growing pauses${by} until it expires or the attempts are used up.`;
  }
}
