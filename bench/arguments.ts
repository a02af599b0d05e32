import { parseArgs } from 'node:util';
import type { DeliveryOptions } from './dispatch/dispatch.ts';
import { type Sender, senders } from './dispatch/round.ts';

export class UsageError extends Error {}

export const usage = `Usage: npm run bench -- dispatch [--json] [--messages 20000] [--rounds 3] [--backlog 1000000]
                                [--watch 60] [--only ours,ceiling] [--set NAME=VALUE]… [--cpu-profile FOLDER]
       npm run bench -- keyed    [--json] [--messages 5000] [--rounds 3]
       npm run bench -- latency  [--json] [--messages 200]
       npm run bench -- webhooks [--json] [--cpu-profile FOLDER]
  dispatch   messages per second against a provider that answers after 100 ms, beside other senders; then memory and
             urgent messages while --backlog bulk requests wait (0 leaves that out), watched for --watch seconds
  keyed      one partition, 100 keys, 0 to 5 ms of work each, 16 at a time: against the ideal and kafkajs's eachMessage
  latency    from publishing to the provider, and to delivered, on an idle system with the sandbox
  webhooks   events a second that are verified, published and acknowledged, beside a bare handler, with 500
             slow connections open
  --only     these senders: ${senders.join(', ')}
  --set      a setting of the email service other than it ships with`;

interface Common {
  json: boolean;
  messages: number;
  rounds: number;
}

export type Command =
  | ({ name: 'dispatch' } & DeliveryOptions & Common)
  | ({ name: 'keyed' } & Common)
  | ({ name: 'latency' } & Common)
  | ({ name: 'webhooks'; cpuProfile?: string | undefined } & Common);

const standardMessages = { dispatch: 20_000, keyed: 5_000, latency: 200, webhooks: 1 };

const isMeasurement = (name: string | undefined): name is keyof typeof standardMessages =>
  name !== undefined && Object.hasOwn(standardMessages, name);

/** @returns undefined where help was asked for. @throws WrongUse */
export function parseCommand(args: string[]): Command | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [name] = positionals;
  if (positionals.length !== 1 || !isMeasurement(name))
    throw new UsageError('one of dispatch, keyed, latency and webhooks is needed');
  const common = {
    json: values.json ?? false,
    messages: count('--messages', values.messages, standardMessages[name], 1),
    rounds: count('--rounds', values.rounds, 3, 1),
  };
  if (name === 'webhooks') return { name, ...common, cpuProfile: values['cpu-profile'] };
  if (name !== 'dispatch') return { name, ...common };
  return {
    name,
    ...common,
    backlog: count('--backlog', values.backlog, 1_000_000, 0),
    watchSeconds: count('--watch', values.watch, 60, 1),
    only: sendersOf(values.only),
    env: settingsOf(values.set ?? []),
    cpuProfile: values['cpu-profile'],
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        set: { type: 'string', multiple: true },
        messages: text,
        rounds: text,
        backlog: text,
        watch: text,
        only: text,
        'cpu-profile': text,
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function count(name: string, given: string | undefined, standard: number, least: number): number {
  const value = given === undefined ? standard : Number(given);
  if (!Number.isInteger(value) || value < least)
    throw new UsageError(`${name} must be a whole number of at least ${least}`);
  return value;
}

function sendersOf(given: string | undefined): Set<Sender> {
  if (given === undefined) return new Set(senders);
  const wanted = given.split(',');
  const unknown = wanted.find((name) => !senders.some((sender) => sender === name));
  if (unknown !== undefined) throw new UsageError(`${unknown} is not a sender; there are ${senders.join(', ')}`);
  return new Set(senders.filter((sender) => wanted.includes(sender)));
}

function settingsOf(given: readonly string[]): Record<string, string> {
  const wrong = given.find((setting) => !/^[A-Z][A-Z0-9_]*=/.test(setting));
  if (wrong !== undefined) throw new UsageError(`--set ${wrong} is not NAME=VALUE`);
  return Object.fromEntries(
    given.map((setting) => [setting.slice(0, setting.indexOf('=')), setting.slice(setting.indexOf('=') + 1)]),
  );
}
