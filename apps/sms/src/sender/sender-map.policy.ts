import { Category, SmsKind, SmsSender } from '#libs/contracts';
import { z } from 'zod';
import { specificity, isRegion, type Destination } from '../recipient/region.policy.ts';

/** One rule of `SMS_SENDERS`: all conditions that it names must match the message. */
export const SenderRule = z.strictObject({
  country: z.string().refine(isRegion, 'must be a country such as DE, or a prefix such as +4915').optional(),
  category: Category.optional(),
  kind: SmsKind.optional().describe('Without one: sms and mms. WhatsApp senders are named for it.'),
  sender: SmsSender,
});
export type SenderRule = z.infer<typeof SenderRule>;

/** The conditions that a sender is needed for. */
export interface SenderQuery extends Destination {
  kind: z.infer<typeof SmsKind>;
  category: z.infer<typeof Category>;
}

export type Chosen = { sender: string } | { sender?: undefined; why: string };

/**
 * Alphanumeric senders are not supported there (twilio.com/guidelines/us/sms; Canada and the US territories on +1 have
 * the same numbering plan).
 */
const withoutNames = new Set(['US', 'CA', 'PR', 'VI', 'GU', 'AS', 'MP']);

const isName = (sender: string) => /[A-Za-z]/.test(sender) && !isMessagingService(sender);
export const isMessagingService = (sender: string): boolean => /^MG[0-9a-fA-F]{32}$/.test(sender);
/** An alphanumeric sender may begin with + as well. */
const isNumber = (sender: string) => /^\+\d+$/.test(sender);

/** Why a sender cannot be used for a request; undefined: it can. */
export function unfit(
  sender: string,
  { kind, region }: Partial<Pick<SenderQuery, 'kind' | 'region'>>,
): string | undefined {
  if (kind === 'whatsapp')
    return isNumber(sender) || isMessagingService(sender)
      ? undefined
      : 'WhatsApp takes a number or a messaging service as the sender';
  if (!isName(sender)) return undefined;
  if (kind === 'mms') return 'a name cannot send media';
  return region !== undefined && withoutNames.has(region) ? `a name cannot be the sender in ${region}` : undefined;
}

/**
 * The sender of a message: from the matching rules the most specific (country before category before kind), then the
 * default senders in their order; each only if it may be used there.
 */
export function chooseSender(
  senderQuery: SenderQuery,
  rules: readonly SenderRule[],
  standard: readonly string[],
): Chosen {
  const fitting = rules
    .filter((rule) => fits(rule, senderQuery))
    .sort((a, b) => weightOf(b, senderQuery) - weightOf(a, senderQuery));
  const candidates = [...fitting.map(({ sender }) => sender), ...standard];
  const sender = candidates.find((candidate) => unfit(candidate, senderQuery) === undefined);
  if (sender !== undefined) return { sender };
  const [first] = candidates;
  return { why: first === undefined ? `none is configured for ${senderQuery.kind}` : unfit(first, senderQuery)! };
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
export function ruleProblems(rules: readonly SenderRule[]): string[] {
  const names = rules.map(
    ({ country, category, kind }) => [country, category, kind].filter(Boolean).join('/') || 'every message',
  );
  const repeated = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `has two rules for ${name}`);
  const misfits = rules.flatMap(({ sender, kind, country }, index) => {
    const why = unfit(sender, { kind: kind ?? 'sms', region: country });
    return why ? [`has a rule for ${names[index]} whose sender cannot be used: ${why}`] : [];
  });
  return [...repeated, ...misfits];
}
