import { Lane } from '#libs/contracts';
import { z } from 'zod';
import type { KindPolicy, LanePolicy, RetryPolicy } from '../plan/decision.ts';
import { standardPolicy } from './standard-policy.ts';

const lanes = Lane.options.join('|');
const number = (of: z.ZodCoercedNumber) => of.int().min(1);

type Named = Uppercase<Lane>;
const laneNames = Lane.options.map((lane) => lane.toUpperCase() as Named);

const optionalMs = (meaning: string, standard: string) =>
  number(z.coerce.number()).optional().describe(`${meaning}, in milliseconds. Default: ${standard}.`);

const waitsOf = (name: Named | 'OPERATOR', of: string, { baseMs, capMs }: KindPolicy) => ({
  [`RETRY_${name}_BASE_MS`]: optionalMs(
    `${of}: upper bound of the wait after the first failed attempt; it doubles with each further one, the wait is ` +
      'drawn from 0 up to it',
    String(baseMs),
  ),
  [`RETRY_${name}_CAP_MS`]: optionalMs(`${of}: longest wait between two attempts`, String(capMs)),
});

const ofLane = (lane: Lane) => {
  const name = lane.toUpperCase() as Named;
  const { kinds, unknown } = standardPolicy[lane];
  const title = lane[0]!.toUpperCase() + lane.slice(1);
  return {
    ...waitsOf(name, `${title} lane`, kinds.transient),
    [`RECONCILE_WINDOW_${name}_MS`]: optionalMs(
      `${title} lane: how long a lost answer is looked for`,
      String(unknown.windowMs),
    ),
  };
};

type Milliseconds = ReturnType<typeof optionalMs>;
type WaitNames<N extends string> = `RETRY_${N}_BASE_MS` | `RETRY_${N}_CAP_MS`;
type LaneNames = WaitNames<Named> | `RECONCILE_WINDOW_${Named}_MS` | WaitNames<'OPERATOR'>;

/** Single values of the retry policy. A policy file takes the place of all of them. */
const singleSettings = {
  RETRY_MAX_ATTEMPTS: number(z.coerce.number())
    .max(1_000)
    .optional()
    .describe(
      'After this many attempts a message is given up into dead-letters; trouble of an account, throttling or an ' +
        `open circuit does not count. Default: ${standardPolicy.urgent.kinds.transient.attempts}.`,
    ),
  ...(Object.assign(
    {},
    ...Lane.options.map(ofLane),
    waitsOf('OPERATOR', 'Trouble that an operator must fix, any lane', standardPolicy.urgent.kinds.account),
  ) as Record<LaneNames, Milliseconds>),
  RECONCILE_AFTER_MS: optionalMs(
    'A call whose answer was lost is looked up at the provider for the first time after this long; the waits then ' +
      'double',
    String(standardPolicy.urgent.unknown.firstLookMs),
  ),
  RECONCILE_RESEND: z
    .string()
    .regex(
      new RegExp(`^(none|(${lanes})(,(${lanes}))*)$`),
      `must be none, or lanes out of ${lanes.replaceAll('|', ', ')}, separated by commas`,
    )
    .optional()
    .describe(
      'Lanes whose messages are sent again when a lost answer is not found in time, at the risk of a second copy; ' +
        'those of the others end unconfirmed. none: no lane. Default: urgent and transactional, and bulk where the ' +
        'call carried no other message.',
    ),
};

/** Where the retry policy comes from. */
export const policySettings = {
  RETRY_POLICY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'YAML file that says when messages go again, by lane and kind of failure (docs/retry-policy.yaml holds what ' +
        'applies without it, docs/schemas/retry-policy.schema.json its form). Read again when it changes. It takes ' +
        `the place of ${Object.keys(singleSettings).join(', ')}, which must not be set beside it.`,
    ),
  ...singleSettings,
};

/** What is wrong where a policy file and single values are set. */
export function twoPolicies(settings: PolicySettings): string | undefined {
  const set = Object.keys(singleSettings).filter((name) => settings[name as keyof PolicySettings] !== undefined);
  if (settings.RETRY_POLICY_FILE === undefined || set.length === 0) return undefined;
  return `takes the place of ${set.join(', ')}: put what they say into the file, and take them away`;
}

export type PolicySettings = z.infer<z.ZodObject<typeof policySettings>>;

/** The standard policy with what single settings say put over it. */
export function policyOf(settings: PolicySettings): RetryPolicy {
  const policies = laneNames.map((name, index) => {
    const lane = Lane.options[index]!;
    return [lane, laneOf(lane, name, settings)] as const;
  });
  return Object.fromEntries(policies) as RetryPolicy;
}

function laneOf(lane: Lane, name: Named, settings: PolicySettings): LanePolicy {
  const standard = standardPolicy[lane];
  const waits = (kind: KindPolicy, of: Named | 'OPERATOR' = name): KindPolicy => ({
    ...kind,
    baseMs: settings[`RETRY_${of}_BASE_MS`] ?? kind.baseMs,
    capMs: settings[`RETRY_${of}_CAP_MS`] ?? kind.capMs,
  });
  const { transient, throttled, unavailable, account } = standard.kinds;
  const attempts = settings.RETRY_MAX_ATTEMPTS ?? transient.attempts;
  return {
    ...standard,
    kinds: {
      transient: { ...waits(transient), attempts },
      throttled: waits(throttled),
      unavailable: waits(unavailable),
      account: waits(account, 'OPERATOR'),
    },
    unknown: {
      firstLookMs: settings.RECONCILE_AFTER_MS ?? standard.unknown.firstLookMs,
      windowMs: settings[`RECONCILE_WINDOW_${name}_MS`] ?? standard.unknown.windowMs,
      resend: resendOf(lane, settings.RECONCILE_RESEND) ?? standard.unknown.resend,
    },
  };
}

const resendOf = (lane: Lane, given: string | undefined) =>
  given === undefined ? undefined : given.split(',').includes(lane) ? 'always' : 'never';
