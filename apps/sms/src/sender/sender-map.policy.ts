import { Category, SmsKind, SmsSender } from '#libs/contracts';
import { z } from 'zod';
import type { KindOfSender } from './sender-kind.policy.ts';
import { specificity, isRegion, type Destination } from '../recipient/region.policy.ts';

/** One rule of `SMS_SENDERS`: all conditions that it names must match the message. */
export const SenderRule = z.strictObject({
  country: z.string().refine(isRegion, 'must be a country such as DE, or a prefix such as +4915').optional(),
  category: Category.optional(),
  kind: SmsKind.optional().describe('Without one: sms and mms. WhatsApp senders are named for it.'),
  sender: z
    .union([SmsSender, z.array(SmsSender).min(1)])
    .describe('One, or several in the order of preference: the next is for when the one before cannot send.'),
});
export type SenderRule = z.infer<typeof SenderRule>;

/** The conditions that a sender is needed for. */
export interface SenderQuery extends Destination {
  kind: z.infer<typeof SmsKind>;
  category: z.infer<typeof Category>;
}

/** The senders that may be used for a message, the preferred one first; where there is none, why. */
export type FittingSenders = { senders: readonly string[]; why?: string };

/**
 * Alphanumeric senders are not supported there (twilio.com/guidelines/us/sms; Canada and the US territories on +1 have
 * the same numbering plan).
 */
const withoutNames = new Set(['US', 'CA', 'PR', 'VI', 'GU', 'AS', 'MP']);

/** Why a sender cannot be used for a request; undefined: it can. */
export function unfit(
  sender: string,
  { kind, region }: Partial<Pick<SenderQuery, 'kind' | 'region'>>,
  kindOf: KindOfSender,
): string | undefined {
  const is = kindOf(sender);
  if (is === undefined) return 'no provider here has such a pool of senders';
  if (kind === 'whatsapp')
    return is === 'number' || is === 'pool' ? undefined : 'WhatsApp takes a number or a pool of senders as the sender';
  if (is !== 'name') return undefined;
  if (kind === 'mms') return 'a name cannot send media';
  return region !== undefined && withoutNames.has(region) ? `a name cannot be the sender in ${region}` : undefined;
}

/**
 * The senders of a message in the order of preference: those of the matching rules, the most specific rule first
 * (country before category before kind), then the default senders; each only if it may be used there.
 */
export function fittingSenders(
  senderQuery: SenderQuery,
  rules: readonly SenderRule[],
  standard: readonly string[],
  kindOf: KindOfSender,
): FittingSenders {
  const fitting = rules
    .filter((rule) => fits(rule, senderQuery))
    .sort((a, b) => weightOf(b, senderQuery) - weightOf(a, senderQuery));
  const candidates = [...fitting.flatMap(({ sender }) => sender), ...standard];
  const senders = candidates.filter((candidate) => unfit(candidate, senderQuery, kindOf) === undefined);
  if (senders.length > 0) return { senders: [...new Set(senders)] };
  const [first] = candidates;
  return {
    senders,
    why: first === undefined ? `none is configured for ${senderQuery.kind}` : unfit(first, senderQuery, kindOf)!,
  };
}

function fits({ country, category, kind }: SenderRule, senderQuery: SenderQuery): boolean {
  const kindFits = kind === undefined ? senderQuery.kind !== 'whatsapp' : kind === senderQuery.kind;
  return (
    kindFits &&
    (category === undefined || category === senderQuery.category) &&
    (country === undefined || specificity(country, senderQuery) !== undefined)
  );
}

const weightOf = ({ country, category, kind }: SenderRule, senderQuery: SenderQuery) =>
  (country === undefined ? 0 : specificity(country, senderQuery)! * 4) +
  (category === undefined ? 0 : 2) +
  (kind === undefined ? 0 : 1);

/** What is wrong with a list of rules, besides the schema of each. */
export function ruleProblems(rules: readonly SenderRule[], kindOf: KindOfSender): string[] {
  const names = rules.map(
    ({ country, category, kind }) => [country, category, kind].filter(Boolean).join('/') || 'every message',
  );
  const repeated = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `has two rules for ${name}`);
  const misfits = rules.flatMap(({ sender: senders, kind, country }, index) =>
    [senders].flat().flatMap((sender) => {
      const why = unfit(sender, { kind: kind ?? 'sms', region: country }, kindOf);
      return why ? [`has a rule for ${names[index]} whose sender cannot be used: ${why}`] : [];
    }),
  );
  return [...repeated, ...misfits];
}
