import { z } from 'zod';
import { FailureKind } from './failure.ts';
import { Channel, Instant } from '../request/primitives.ts';

/** Which calls a hold stops: all of an account, or those of one sender. */
export const HoldScope = z
  .string()
  .max(400)
  .regex(/^(?:all|sender:.+)$/s, 'must be all, or sender:<number, address or messaging service>')
  .describe('Which calls it stops: all of the account, or those from one sender (sender:<number or address>).');

/** What a hold concerns. */
export interface HoldTarget {
  channel: Channel;
  provider: string;
  account: string;
  scope: string;
}

/**
 * A provider is left alone, or no longer: the value of `messaging.provider.changed`. An answer of the provider itself
 * has led to it (throttling, refused credentials, a quota); a circuit, which opens where answers are missing, is not
 * reported here.
 */
export const ProviderChanged = z.looseObject({
  eventId: z.string(),
  channel: Channel,
  provider: z.string(),
  account: z.string().describe('Digest of the credential: a hold ends with the key that it was set for.'),
  scope: HoldScope,
  holdId: z.string().describe('Of this hold; one that follows it has an id of its own.'),
  seq: z.number().int().positive().describe('Raised with each change of one key: a lower one changes nothing.'),
  state: z.enum(['held', 'lifted']),
  forMs: z
    .number()
    .int()
    .nonnegative()
    .describe('How long the hold still lasts as it is reported, in milliseconds, by the clock of whoever reads it.'),
  kind: FailureKind.describe('Of the failure that led to it.'),
  code: z.string().describe('The code of that failure.'),
  meaning: z.string().describe('That failure in plain words.'),
  at: Instant.describe('When it was set or lifted.'),
  by: z.string().optional().describe('Who has lifted it, where that was an operator.'),
});
export type ProviderChanged = z.infer<typeof ProviderChanged>;

/** The key under which the compacted topic keeps the latest state of a hold. */
export const holdKey = ({ channel, provider, account, scope }: HoldTarget): string =>
  [channel, provider, account, scope].join(':');

/** A provider that could take a message: by which account, and from which sender where one is named. */
export interface RouteCandidate {
  provider: string;
  account: string;
  sender?: string | undefined;
}

/**
 * What a message waits for that no provider can take now: any of these candidates. The same candidates in any order
 * give the same key.
 */
export function routeKey(channel: Channel, candidates: readonly RouteCandidate[]): string {
  const named = candidates.map(({ provider, account, sender }) =>
    sender === undefined ? [provider, account] : [provider, account, sender],
  );
  return `route:${JSON.stringify([channel, ...named.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))])}`;
}

/** The candidates of a route key, as the scopes of holds that close them; undefined where it is no route key. */
export function readRouteKey(key: string): { channel: Channel; candidates: HoldTarget[][] } | undefined {
  if (!key.startsWith('route:')) return undefined;
  const [channel, ...candidates] = JSON.parse(key.slice('route:'.length)) as [Channel, ...string[][]];
  return {
    channel,
    candidates: candidates.map(([provider = '', account = '', sender]) =>
      ['all', ...(sender === undefined ? [] : [`sender:${sender}`])].map((scope) => ({
        channel,
        provider,
        account,
        scope,
      })),
    ),
  };
}

/** Whether a provider, or one of its senders, was taken for a message, and why or why not. */
export const ConsideredProvider = z.looseObject({
  provider: z.string(),
  sender: z.string().optional().describe('Where there were several senders: which one; a number is masked.'),
  taken: z.boolean(),
  why: z.string().describe('In plain words.'),
  until: Instant.optional().describe('Not taken: until when it is held, where that is known.'),
});
export type ConsideredProvider = z.infer<typeof ConsideredProvider>;
