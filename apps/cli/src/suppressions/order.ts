import { Channel, isRecipient } from '#libs/contracts';
import { UsageError } from '../errors.ts';

interface Common {
  json: boolean;
}

export type SuppressionOrder = Common &
  (
    | { command: 'sync'; id?: string | undefined }
    | { command: 'list'; limit: number; filter: Record<string, string> }
    | { command: 'show'; channel: Channel; recipient: string }
    | { command: 'add' | 'remove'; body: Record<string, string | true>; id: string | undefined; wait: boolean }
  );

/** The options of the command line. */
export interface Values {
  channel?: Channel;
  scope?: string;
  reason?: string;
  tenant?: string;
  limit?: string;
  note?: string;
  lifted?: boolean;
  /** The caller’s name for the operation. */
  id?: string;
  wait?: boolean;
  /** Also has the providers take the recipient off. */
  atProviders?: boolean;
  json?: boolean;
}

/** @throws UsageError when the limit is not a number */
export function listOrder(values: Values): SuppressionOrder {
  const { limit = '100', lifted, json = false } = values;
  if (!/^[1-9]\d{0,6}$/.test(limit)) throw new UsageError('--limit must be a number from 1 on');
  return {
    command: 'list',
    json,
    limit: Number(limit),
    filter: { ...picked(values, ['channel', 'scope', 'reason', 'tenant']), ...(lifted && { lifted: 'true' }) },
  };
}

/** @throws UsageError when the recipient does not say its channel */
export const recipientOrder = (recipient: string, values: Values): SuppressionOrder => ({
  command: 'show',
  json: values.json ?? false,
  channel: values.channel ?? channelOf(recipient),
  recipient,
});

/** @throws UsageError when the recipient does not say its channel */
export function changeOrder(command: 'add' | 'remove', recipient: string, values: Values): SuppressionOrder {
  const fields =
    command === 'add' ? (['scope', 'reason', 'tenant', 'note'] as const) : (['scope', 'tenant', 'note'] as const);
  return {
    command,
    json: values.json ?? false,
    id: values.id,
    wait: values.wait ?? true,
    body: {
      channel: values.channel ?? channelOf(recipient),
      recipient,
      ...picked(values, fields),
      ...(values.atProviders && { atProviders: true as const }),
    },
  };
}

/** The channel follows from the form of the address. */
function channelOf(recipient: string): Channel {
  const channel = Channel.options.find((one) => isRecipient(recipient, one));
  if (channel) return channel;
  throw new UsageError('the recipient is neither an e-mail address nor a phone number with its country’s code', [
    'write a number as +14155550100',
    'name the --channel of a keyed hash',
  ]);
}

const picked = (values: Values, names: readonly (keyof Values)[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])));
