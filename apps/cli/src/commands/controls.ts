import { CliCommand, USAGE_ERROR } from '../command.ts';
import { type FilterValues, endOf, filterOf, targetOf, type TargetValues } from '../controls/order.ts';
import type { Manner } from '../controls/perform.ts';
import { UsageError } from '../errors.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

const exits = { 0: 'done', 1: 'refused, failed, or no answer', [USAGE_ERROR]: 'wrong use' };

interface Waits {
  json?: boolean;
  wait: boolean;
}

interface OrderValues extends Waits {
  reason: string;
}

const REASON = ['--reason <text>', 'why; it shows in timelines: no personal data'] as const;

const ordering = (name: string) =>
  new CliCommand(name)
    .option('--no-wait', 'do not wait until every service is done')
    .option('--json', 'as JSON')
    .reads('REPORTING_URL', 'REPORTING_KEY')
    .exits(exits);

const aboutTarget = (command: CliCommand) =>
  command
    .argument('<kind>', 'provider, channel, lane, tenant or template')
    .argument('<name>', 'its name')
    .option('--channel <channel>', 'of a lane: only of this channel; of a provider: where its name is not enough');

/** @param now the time, in milliseconds */
export function pauseCommand(now = Date.now): CliCommand {
  return aboutTarget(ordering('pause').option(...REASON))
    .summary('Pauses a provider, channel, lane, tenant or template.')
    .description(
      'Pauses a provider, channel, lane, tenant or template (docs/operations.md). Nothing of it is sent from about ' +
        'two seconds on; it is done once no call can go out any more. What is paused waits, and expires at its time: ' +
        '--preview says how many would, and pauses nothing.',
    )
    .option('--preview', 'count what waits that it would keep back, and what would expire; pause nothing')
    .option('--for <time>', 'it ends by itself after 30m, 2h, 1d')
    .option('--until <when>', 'it ends by itself then, ISO 8601')
    .example(
      'pause channel sms --reason "the numbers are being moved" --for 2h',
      'pause lane bulk --channel email --reason "the sale mails are wrong"',
      'pause tenant shop --for 1d --preview',
    )
    .does(async (kind: string, name: string, values: PauseValues) => {
      const until = endOf(values.for, values.until, now());
      const pause = { target: targetOf(kind, name, values), ...(until && { until }) };
      if (values.preview) return (await actions()).previewPause(environment(), pause, values.json === true);
      return perform('pause', { ...pause, reason: reasonIn(values) }, values);
    });
}

type PauseValues = Partial<OrderValues> & TargetValues & Preview & { for?: string; until?: string };

interface Preview {
  preview?: boolean;
  wait: boolean;
}

/** @throws UsageError where there is none: only a preview needs none */
function reasonIn({ reason }: { reason?: string }): string {
  if (reason !== undefined) return reason;
  throw new UsageError('it is not said why', ['give --reason, or --preview to look first']);
}

export function resumeCommand(): CliCommand {
  return aboutTarget(ordering('resume').requiredOption(...REASON))
    .summary('Lets go on what is paused.')
    .description(
      'Lets go on what is paused: those of one key in the order in which they came, slowly at first and then faster.',
    )
    .example('resume channel sms --reason "the numbers were moved"', 'resume tenant shop --reason "the shop agrees"')
    .does(async (kind: string, name: string, values: OrderValues & TargetValues) =>
      perform('resume', { target: targetOf(kind, name, values), reason: values.reason }, values),
    );
}

export function cancelCommand(): CliCommand {
  return new CliCommand('cancel')
    .summary('Cancels messages by filter.')
    .description(
      'Cancels messages that were requested up to now, by filter: every field that is given must hold. What a ' +
        'provider may have taken is not called cancelled. --preview counts them first, and cancels nothing. ' +
        'messaging withdraw ends the rule; what it has ended stays ended.',
    )
    .option('--channel <channel>', 'of this channel')
    .option('--tenant <tenant>', 'of this tenant')
    .option('--tag <tag>', 'with this tag')
    .option('--template <name>', 'made of this template')
    .option('--recipient <address>', 'to this address or number')
    .option('--all', 'every message of every tenant')
    .option('--preview', 'count them, and cancel nothing')
    .option(...REASON)
    .option('--no-wait', 'do not wait until every service is done')
    .option('--json', 'as JSON')
    .reads('REPORTING_URL', 'REPORTING_KEY')
    .exits(exits)
    .example('cancel --tenant shop --tag sale --preview', 'cancel --tenant shop --tag sale --reason "wrong prices"')
    .does(async (values: FilterValues & Partial<OrderValues> & Preview) => {
      const filter = filterOf(fieldsOf(values));
      if (values.preview) return (await actions()).preview(environment(), { filter }, values.json === true);
      return perform('cancel', { filter, reason: reasonIn(values) }, values);
    });
}

export function withdrawCommand(): CliCommand {
  return ordering('withdraw')
    .requiredOption(...REASON)
    .summary('Withdraws a cancellation by filter.')
    .description(
      'Withdraws a cancellation by filter: what is published or released from now on is sent again. What it has ' +
        'ended stays ended: it has to be published again, under a new messageId.',
    )
    .argument('<operationId>', 'of the cancellation, as messaging controls shows it')
    .example('withdraw 0f8fad5b-d9cb-469f-a165-70867728950e --reason "the prices were right"')
    .does(async (operationId: string, values: OrderValues) =>
      perform('withdraw', { operationId, reason: values.reason }, values),
    );
}

const fieldsOf = ({ all, channel, tenant, tag, template, recipient }: FilterValues): FilterValues => ({
  ...(all && { all }),
  ...(channel !== undefined && { channel }),
  ...(tenant !== undefined && { tenant }),
  ...(tag !== undefined && { tag }),
  ...(template !== undefined && { template }),
  ...(recipient !== undefined && { recipient }),
});

export function controlsCommand(): CliCommand {
  return new CliCommand('controls')
    .summary('Lists what is paused or cancelled by filter.')
    .description('Lists what operators have paused or cancelled by filter: since when, by whom, until when and why.')
    .option('--all', 'also what is over')
    .option('--json', 'as JSON')
    .reads('REPORTING_URL', 'REPORTING_KEY')
    .exits(exits)
    .example('controls', 'controls --all --json')
    .does(async ({ all = false, json = false }: { all?: boolean; json?: boolean }) =>
      (await actions()).list(environment(), all, json),
    );
}

const actions = () => import('../controls/perform.ts');
const environment = () => withRunningStack(withEnvFile(process.env));

async function perform(path: string, order: object, { json = false, wait }: Waits): Promise<number> {
  const manner: Manner = { json, noWait: !wait };
  return (await actions()).order(environment(), path, order, manner);
}
