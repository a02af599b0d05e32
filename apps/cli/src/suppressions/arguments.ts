import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { Channel, isRecipient, suppressionReasons } from '#libs/contracts';

export const usage = `Usage: npm run suppressions -- list                   who must not be written to, newest first
           --channel email|sms        only these
           --scope <scope>            all, marketing, topic:<name>, group:sendgrid:<number>, sender:<sender>,
                                      kind:whatsapp
           --reason <reason>          ${suppressionReasons.join(', ')}
           --tenant <tenant>          only those of this tenant alone
           --lifted                   also those that were lifted
           --limit <n>                at most so many of each channel (100)
       npm run suppressions -- show <recipient>       all that is known of one, with what was lifted
       npm run suppressions -- add <recipient> --note <why>
           --scope <scope>            default: all
           --reason <reason>          default: manual
           --tenant <tenant>          default: of every tenant
           --by <who>                 default: the user of this machine
       npm run suppressions -- remove <recipient> --note <why>
           --scope, --tenant, --by    as for add: they must be the suppression's own
       npm run suppressions -- sync                   takes over SendGrid's and Resend's own lists
  <recipient>: an e-mail address, a phone number (+14155550100, "+1 (415) 555-0100"), the keyed hash that list
               shows (with --channel), or - to read it from standard input
  --json    as JSON
Settings: EMAIL_URL, SMS_URL and OPERATOR_TOKEN; not needed where npm start runs the system here
Exit code: 0 done, 1 there was nothing to do it to, or a list could not be read, 2 wrong use or no answer`;

/** Wrong use: shown to the person with the usage. */
export class SuppressionUsageError extends Error {}

interface Common {
  json: boolean;
}

export type SuppressionOrder = Common &
  (
    | { command: 'help' | 'sync' }
    | { command: 'list'; channels: readonly Channel[]; limit: number; filter: Record<string, string> }
    | { command: 'show'; channel: Channel; recipient: string }
    | { command: 'add' | 'remove'; channel: Channel; body: Record<string, string> }
  );

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  channel: text,
  scope: text,
  reason: text,
  tenant: text,
  limit: text,
  note: text,
  by: text,
  lifted: flag,
  json: flag,
  help: { ...flag, short: 'h' },
} as const;
type Values = Partial<Record<'channel' | 'scope' | 'reason' | 'tenant' | 'limit' | 'note' | 'by', string>> & {
  lifted?: boolean;
  json?: boolean;
  help?: boolean;
};

/** @param input reads standard input, for a recipient given as - */
export function parseSuppressionOrder(args: readonly string[], input: () => string): SuppressionOrder {
  const { values, positionals } = parsed(args);
  const [command, given, ...more] = positionals;
  const json = values.json === true;
  if (values.help || command === undefined) return { command: 'help', json };
  if (command === 'list' || command === 'sync') {
    if (given !== undefined) throw new SuppressionUsageError(`${command} takes no recipient`);
    if (command === 'sync') return { command, json };
    const { limit = '100', lifted } = values;
    if (!/^[1-9]\d{0,6}$/.test(limit)) throw new SuppressionUsageError('--limit must be a number from 1 on');
    return {
      command,
      json,
      channels: channelOf(values.channel) ?? Channel.options,
      limit: Number(limit),
      filter: { ...picked(values, ['scope', 'reason', 'tenant']), ...(lifted && { lifted: 'true' }) },
    };
  }
  if (command !== 'show' && command !== 'add' && command !== 'remove')
    throw new SuppressionUsageError(`${command} is none of list, show, add, remove and sync`);
  const recipient = given === '-' ? input().trim() : given;
  if (!recipient || more.length > 0) throw new SuppressionUsageError(`${command} takes one recipient`);
  const channel = (channelOf(values.channel) ?? guessed(recipient))[0]!;
  if (command === 'show') return { command, json, channel, recipient };
  if (!values.note) throw new SuppressionUsageError(`${command} needs --note: why, for whoever looks later`);
  const fields =
    command === 'add' ? (['scope', 'reason', 'tenant', 'note'] as const) : (['scope', 'tenant', 'note'] as const);
  return {
    command,
    json,
    channel,
    body: { recipient, ...picked(values, fields), by: values.by ?? userInfo().username },
  };
}

function channelOf(given: string | undefined): readonly Channel[] | undefined {
  if (given === undefined) return undefined;
  const channel = Channel.safeParse(given);
  if (!channel.success) throw new SuppressionUsageError(`--channel must be ${Channel.options.join(' or ')}`);
  return [channel.data];
}

/** An address says by itself where it belongs. */
function guessed(recipient: string): readonly Channel[] {
  const channels = Channel.options.filter((channel) => isRecipient(recipient, channel));
  if (channels.length > 0) return channels;
  throw new SuppressionUsageError(
    'this is neither an e-mail address nor a phone number with its country’s code (+14155550100): say --channel ' +
      'if it is a keyed hash',
  );
}

const picked = (values: Values, names: readonly (keyof Values)[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])));

function parsed(args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new SuppressionUsageError((error as Error).message);
  }
}
