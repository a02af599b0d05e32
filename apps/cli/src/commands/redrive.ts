import { CliCommand, USAGE_ERROR } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { atMostOf, type FilterValues, meantBy, withFilter } from '../letters/filter.ts';

interface ChangeValues extends FilterValues {
  atMost?: string;
  reason?: string;
  id?: string;
  wait?: boolean;
  json?: boolean;
}

interface RedriveValues extends ChangeValues {
  includeUnconfirmed?: boolean;
  expiresAt?: string;
  currentTemplate?: boolean;
  via?: string;
  failureShare?: string;
  perSecond?: string;
}

const changing = (name: string) =>
  withFilter(new CliCommand(name).option('--all', 'every dead letter; alone'))
    .option('--at-most <count>', 'do it, to so many at most: what the preview showed (default: only show the preview)')
    .option('--reason <text>', 'why, for people: kept with the operation')
    .option('--id <id>', 'your name for it: the same again is the same operation (default: one is made)')
    .option('--wait', 'return only when it has ended; exit code 1 where it was stopped or failed')
    .option('--json', 'as JSON')
    .reads('REPORTING_URL', 'REPORTING_KEY')
    .exits({ 0: 'done', 1: 'refused, the preview is stale, or no answer', [USAGE_ERROR]: 'wrong use' });

/** Sends dead letters on their way again. */
export function redriveCommand(): CliCommand {
  return changing('redrive')
    .summary('Sends dead letters on their way again.')
    .description(
      'Sends open dead letters on their way again: ten at first, then twice as many each second, until too many are ' +
        'given up again. Without --at-most it shows what is meant. It needs a key with the scope operate.',
    )
    .option('--include-unconfirmed', 'also those that may have arrived: a second copy is possible')
    .option('--expires-at <when>', 'until when they may be sent, ISO 8601 (default: as it was)')
    .option('--current-template', 'with the template as it is now (default: the version that the first hop took)')
    .option('--via <provider>', 'prefer this provider (default: as each request says)')
    .option('--failure-share <share>', 'stop once more than this share was given up again, 0 to 1 (default: 0.2)')
    .option('--per-second <count>', 'how many go in a second at most (default: 100)')
    .example(
      'redrive --cause exhausted --channel email',
      'redrive --cause exhausted --channel email --at-most 1204 --reason "the provider is back" --wait',
    )
    .does(async (values: RedriveValues) => {
      const { failureShare, perSecond, expiresAt, via } = values;
      return change('redrive', values, {
        ...(values.includeUnconfirmed && { includeUnconfirmed: true }),
        ...(expiresAt && { expiresAt }),
        ...(values.currentTemplate && { template: 'current' }),
        ...(via && { provider: via }),
        ...(failureShare !== undefined && { failureShare: Number(failureShare) }),
        ...(perSecond !== undefined && { perSecond: Number(perSecond) }),
      });
    });
}

/** Puts dead letters aside. */
export function discardCommand(): CliCommand {
  return changing('discard')
    .summary('Puts dead letters aside: nobody redrives them any more.')
    .description(
      'Puts open dead letters aside: nobody redrives them any more, and retry forgets their content. The status of ' +
        'their messages stays. Without --at-most it shows what is meant. It needs a key with the scope operate.',
    )
    .example('discard --code 21211', 'discard --code 21211 --at-most 17 --reason "numbers that do not exist"')
    .does((values: ChangeValues) => change('discard', values, {}));
}

async function change(kind: 'redrive' | 'discard', values: ChangeValues, more: object): Promise<number> {
  const { reason, id, wait = false, json = false } = values;
  const order = { filter: meantBy(values), atMost: atMostOf(values.atMost), ...more, ...(reason && { reason }) };
  const { change: perform } = await import('../letters/perform.ts');
  return perform(withRunningStack(withEnvFile(process.env)), kind, order, { id, wait, json });
}
