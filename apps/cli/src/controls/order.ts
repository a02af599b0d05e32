import { Channel, type ControlTarget, Lane } from '#libs/contracts';
import { catalogues } from '../catalogue.ts';
import { UsageError } from '../errors.ts';

/** What `pause` and `resume` are about. */
export interface TargetValues {
  channel?: string;
}

const kinds = ['provider', 'channel', 'lane', 'tenant', 'template'] as const;

/**
 * The target of a pause.
 * @param kind such as `provider` @param name its name
 * @throws UsageError where it is not said, or not in a word of ours
 */
export function targetOf(kind: string, name: string, { channel }: TargetValues): ControlTarget {
  const of = channel === undefined ? undefined : channelOf(channel);
  switch (kind) {
    case 'provider':
      return { kind, channel: of ?? channelOfProvider(name), provider: name };
    case 'channel':
      return { kind, channel: channelOf(name) };
    case 'lane':
      return { kind, lane: laneOf(name), ...(of && { channel: of }) };
    case 'tenant':
      return { kind, tenant: name };
    case 'template':
      return { kind, template: name };
    default:
      throw new UsageError(`there is no ${kind} to pause. There are ${kinds.join(', ')}`);
  }
}

function channelOf(name: string): Channel {
  const { success, data } = Channel.safeParse(name);
  if (!success) throw new UsageError(`there is no channel ${name}. There are ${Channel.options.join(', ')}`);
  return data;
}

function laneOf(name: string): Lane {
  const { success, data } = Lane.safeParse(name);
  if (!success) throw new UsageError(`there is no lane ${name}. There are ${Lane.options.join(', ')}`);
  return data;
}

function channelOfProvider(name: string): Channel {
  const known = Channel.options.find((channel) => catalogues[channel].some((definition) => definition.name === name));
  if (known) return known;
  const names = Channel.options.flatMap((channel) => catalogues[channel].map((definition) => definition.name));
  throw new UsageError(`there is no provider ${name}. There are ${names.join(', ')}`);
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * When a pause ends by itself, ISO 8601; undefined: when it is resumed.
 * @param forTime such as `30m`, `2h`, `1d` @param until a time @param now in milliseconds
 * @throws UsageError for anything else, and where both are given
 */
export function endOf(forTime: string | undefined, until: string | undefined, now: number): string | undefined {
  if (forTime !== undefined && until !== undefined) throw new UsageError('--for and --until say the same: give one');
  if (forTime !== undefined) {
    const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(forTime) ?? [];
    if (count === undefined || unit === undefined) throw new UsageError('--for must be such as 30m, 2h or 1d');
    return new Date(now + Number(count) * UNITS[unit]!).toISOString();
  }
  if (until === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\d(T|$)/.test(until) || Number.isNaN(Date.parse(until)))
    throw new UsageError('--until must be such as 2030-01-31T09:00:00Z');
  return new Date(until).toISOString();
}

/** The options of `cancel` that say which messages. */
export interface FilterValues {
  all?: boolean;
  channel?: string;
  tenant?: string;
  tag?: string;
  template?: string;
  recipient?: string;
}

/** @throws UsageError where nothing is named, or `--all` beside something */
export function filterOf({ all, channel, ...named }: FilterValues): object {
  const fields = { ...named, ...(channel !== undefined && { channel: channelOf(channel) }) };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (all && given.length > 0) throw new UsageError('--all means every message: it stands alone');
  if (all) return { all: true };
  if (given.length === 0)
    throw new UsageError('which messages is not said', [
      'give --channel, --tenant, --tag, --template or --recipient; --all means every message of everybody',
    ]);
  return Object.fromEntries(given);
}
