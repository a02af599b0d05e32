import type { Failure } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { closest, isRegion, type Destination } from './region.policy.ts';

/** How many messages an hour may go to a country or prefix; `*`: to each country without an entry of its own. */
export interface Budget {
  region: string;
  perHour: number;
}

/** `SMS_PREFIX_BUDGET`: region=messages, separated by commas; undefined where it cannot be read. */
export function readBudgets(text: string): Budget[] | undefined {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean);
  const budgets = pairs.map((pair) => {
    const [region = '', count = ''] = pair.split('=');
    return { region, perHour: /^\d{1,9}$/.test(count) ? Number(count) : Number.NaN };
  });
  const sound = budgets.every(({ region, perHour }) => (region === '*' || isRegion(region)) && !Number.isNaN(perHour));
  return sound ? budgets : undefined;
}

/** The counter of a message, and its maximum in an hour. */
export function budgetOf(
  destination: Destination,
  budgets: readonly Budget[],
): { prefix: string; perHour: number } | undefined {
  const budget = closest(budgets, ({ region }) => region, destination);
  return (
    budget && { prefix: budget.region === '*' ? (destination.region ?? '*') : budget.region, perHour: budget.perHour }
  );
}

/** @param endsInMs the rest of the hour, in milliseconds */
export function overBudget(prefix: string, perHour: number, endsInMs: number): Failure {
  const meaning = `This hour’s budget of ${perHour} messages to ${prefix} is used up; nothing was sent.`;
  return ownFailure('MSG_PREFIX_BUDGET', 'throttled', 'backoff', meaning, {
    retryAfterMs: Math.max(1_000, Math.ceil(endsInMs)),
  });
}
