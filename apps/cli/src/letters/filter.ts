import { LetterReason } from '#libs/contracts';
import type { CliCommand } from '../command.ts';
import { UsageError } from '../errors.ts';

/** The options that say which dead letters are meant. */
export interface FilterValues {
  all?: boolean;
  channel?: string;
  tenant?: string;
  lane?: string;
  cause?: string;
  code?: string;
  provider?: string;
  template?: string;
  message?: string;
  operation?: string;
  since?: string;
  until?: string;
}

/** Adds these options to a command. */
export const withFilter = (command: CliCommand): CliCommand =>
  command
    .option('--channel <channel>', 'email or sms')
    .option('--tenant <tenant>', 'of this tenant (default: all that your key sees)')
    .option('--lane <lane>', 'transactional, urgent or bulk')
    .option('--cause <cause>', `given up as ${LetterReason.options.join(', ')}`)
    .option('--code <code>', 'the code of the last failure')
    .option('--provider <provider>', 'the provider of the last failure')
    .option('--template <name>', 'made of this template')
    .option('--message <id>', 'of this messageId')
    .option('--operation <id>', 'given up again after this redrive')
    .option('--since <when>', 'given up at or after this time, ISO 8601')
    .option('--until <when>', 'given up before this time, ISO 8601');

/** What the API takes as a filter. */
export function filterOf(values: FilterValues): Record<string, string> {
  const { channel, tenant, lane, cause, code, provider, template, message, operation, since, until } = values;
  const named = {
    channel,
    tenant,
    lane,
    reason: cause,
    code,
    provider,
    template,
    messageId: message,
    operationId: operation,
    since,
    until,
  };
  return Object.fromEntries(Object.entries(named).filter((each): each is [string, string] => each[1] !== undefined));
}

/**
 * The filter of a change.
 * @throws UsageError where nothing is named, and not --all either, or both
 */
export function meantBy(values: FilterValues): Record<string, string | true> {
  const filter = filterOf(values);
  const isEmpty = Object.keys(filter).length === 0;
  if (isEmpty === (values.all === true)) return isEmpty ? { all: true } : filter;
  throw new UsageError(
    isEmpty ? 'it is not said which dead letters are meant' : '--all stands alone: it means every dead letter',
    ['name them, such as --cause exhausted --channel email, or say --all'],
  );
}

/** How many a change may touch at most. @throws UsageError for anything but a whole number above 0 */
export function atMostOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(given)) throw new UsageError('--at-most must be a whole number above 0');
  return Number(given);
}
