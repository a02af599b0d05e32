import { byUrgency, Lane } from '#libs/contracts';
import { ProviderOrder } from '#libs/providers';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { type KindPolicy, type LanePolicy, retriedKinds, type RetryPolicy } from '../plan/decision.ts';
import { standardPolicy } from './standard-policy.ts';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof units;

const DURATION = /^(?<count>[1-9]\d{0,8})(?<unit>ms|s|m|h|d)$/;

const duration = z
  .string({ error: 'must be a length of time, such as 500ms, 10s, 5m, 2h or 1d' })
  .regex(DURATION, 'must be a length of time, such as 500ms, 10s, 5m, 2h or 1d');

const WHOLE_NUMBER = 'must be a whole number from 1 to 1000, or unlimited';
const wholeNumber = z.number().int(WHOLE_NUMBER).min(1, WHOLE_NUMBER).max(1_000, WHOLE_NUMBER);

const kind = z.strictObject({
  base: duration
    .optional()
    .describe('Upper bound of the wait after the first attempt; it doubles with each further one.'),
  cap: duration.optional().describe('Longest wait between two attempts.'),
  jitter: z
    .enum(['full', 'none'])
    .optional()
    .describe(
      'full: the wait is drawn from 0 up to its bound, so that what failed together does not come back together.',
    ),
  attempts: z
    .union([wholeNumber, z.literal('unlimited')], { error: WHOLE_NUMBER })
    .optional()
    .describe('After so many the message is given up; unlimited: it goes on until it expires.'),
  deadline: z
    .union([duration, z.literal('none')], { error: 'must be a length of time, such as 2h, or none' })
    .optional()
    .describe('Given up so long after it was asked for; none: only as it expires.'),
  retryAfter: z
    .union([duration, z.literal('ignore')], { error: 'must be a length of time, such as 5m, or ignore' })
    .optional()
    .describe('A wait that the provider asks for (Retry-After) is cut to this; ignore: the waits above apply.'),
});

const unknown = z.strictObject({
  firstLook: duration
    .optional()
    .describe('The provider is asked for the first time after so long; the waits then double.'),
  window: duration.optional().describe('How long a lost answer is looked for.'),
  resend: z
    .enum(['always', 'unshared', 'never'])
    .optional()
    .describe(
      'Whether it is sent again when it was not found; unshared: only if its call carried no other message. What a ' +
        'request says in onUnknown goes before this.',
    ),
});

const lane = z.strictObject({
  transient: kind.optional().describe('The message’s own failures that may pass.'),
  throttled: kind.optional().describe('A rate limit of the provider.'),
  unavailable: kind.optional().describe('No provider can take it.'),
  account: kind.optional().describe('Trouble with an account that somebody must fix.'),
  rest: duration.optional().describe('Longest rest after trouble of others, for messages of a short life.'),
  unknown: unknown.optional().describe('The provider’s answer was lost.'),
  // Followed by the channels, which read the same file.
  providers: ProviderOrder.optional(),
});

/** A policy file, as YAML reads it. */
export const PolicyFile = z
  .strictObject({
    lanes: z
      .strictObject({ urgent: lane.optional(), transactional: lane.optional(), bulk: lane.optional() })
      .describe('What a lane leaves out is as it is without a file.'),
  })
  .describe('When a message goes again, by lane and kind of failure.');
export type PolicyFile = z.infer<typeof PolicyFile>;

export type ReadPolicy = { policy: RetryPolicy } | { problems: string[] };

/** Reads a policy file; what is wrong with it is named by its place. */
export function readPolicy(text: string): ReadPolicy {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    return { problems: document.errors.map(({ message }) => `it is no YAML: ${message.split('\n')[0]}`) };
  const read = PolicyFile.safeParse(document.toJS() ?? {});
  if (!read.success) return { problems: read.error.issues.map(problemOf) };
  const lanes = Lane.options.map((name) => [name, laneOf(read.data.lanes[name], standardPolicy[name])] as const);
  const problems = lanes.flatMap(([name, policy]) => contradictionsIn(name, policy));
  return problems.length > 0 ? { problems } : { policy: Object.fromEntries(lanes) as RetryPolicy };
}

const problemOf = ({ path, message }: z.core.$ZodIssue): string =>
  path.length > 0 ? `${path.join('.')}: ${message}` : message;

function laneOf(given: z.infer<typeof lane> = {}, standard: LanePolicy): LanePolicy {
  const kinds = retriedKinds.map((name) => [name, kindOf(given[name], standard.kinds[name])] as const);
  return {
    kinds: Object.fromEntries(kinds) as LanePolicy['kinds'],
    restCapMs: msOf(given.rest) ?? standard.restCapMs,
    unknown: {
      firstLookMs: msOf(given.unknown?.firstLook) ?? standard.unknown.firstLookMs,
      windowMs: msOf(given.unknown?.window) ?? standard.unknown.windowMs,
      resend: given.unknown?.resend ?? standard.unknown.resend,
    },
  };
}

function kindOf(given: z.infer<typeof kind> = {}, standard: KindPolicy): KindPolicy {
  const { attempts = standard.attempts, deadline, retryAfter } = given;
  return {
    baseMs: msOf(given.base) ?? standard.baseMs,
    capMs: msOf(given.cap) ?? standard.capMs,
    jitter: given.jitter ?? standard.jitter,
    attempts: attempts === 'unlimited' ? undefined : attempts,
    deadlineMs: deadline === 'none' ? undefined : (msOf(deadline) ?? standard.deadlineMs),
    retryAfterAtMostMs: retryAfter === 'ignore' ? 0 : (msOf(retryAfter) ?? standard.retryAfterAtMostMs),
  };
}

/** Values that are fine one by one, and make no sense together. */
function contradictionsIn(name: Lane, { kinds, unknown: { firstLookMs, windowMs } }: LanePolicy): string[] {
  const capped = retriedKinds.filter((kind) => kinds[kind].capMs < kinds[kind].baseMs);
  return [
    ...capped.map((kind) => `lanes.${name}.${kind}: cap is shorter than base`),
    ...(windowMs < firstLookMs ? [`lanes.${name}.unknown: window is shorter than firstLook`] : []),
  ];
}

function msOf(given: string | undefined): number | undefined {
  const { count, unit } = DURATION.exec(given ?? '')?.groups ?? {};
  return count === undefined ? undefined : Number(count) * units[unit as Unit];
}

/** A policy as its file says it, whole. */
export function writePolicy(policy: RetryPolicy): PolicyFile {
  const lanes = byUrgency.map((name) => {
    const { kinds, restCapMs, unknown } = policy[name];
    const each = retriedKinds.map((kind) => [kind, fileKindOf(kinds[kind])] as const);
    const { firstLookMs, windowMs, resend } = unknown;
    const search = { firstLook: durationOf(firstLookMs), window: durationOf(windowMs), resend };
    return [name, { ...Object.fromEntries(each), rest: durationOf(restCapMs), unknown: search }] as const;
  });
  return { lanes: Object.fromEntries(lanes) };
}

const fileKindOf = ({ baseMs, capMs, jitter, attempts, deadlineMs, retryAfterAtMostMs }: KindPolicy) => ({
  base: durationOf(baseMs),
  cap: durationOf(capMs),
  jitter,
  attempts: attempts ?? 'unlimited',
  deadline: deadlineMs === undefined ? 'none' : durationOf(deadlineMs),
  retryAfter: retryAfterAtMostMs === 0 ? 'ignore' : durationOf(retryAfterAtMostMs),
});

/** In the largest unit that keeps it whole. */
function durationOf(ms: number): string {
  const [unit, length] = Object.entries(units).findLast(([, each]) => ms % each === 0)!;
  return `${ms / length}${unit}`;
}
