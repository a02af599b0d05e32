import { readPhoneNumber } from '#libs/contracts';
import type { NumberType } from 'libphonenumber-js/max';

/**
 * `valid`: in a range that its country uses. `possible`: of a length that its country uses. `theirs`: WhatsApp keeps
 * numbers that the numbering plans have dropped, and has some that they never had, so only the country is checked.
 */
export type NumberCheck = 'valid' | 'possible' | 'theirs';

export interface Phone {
  /**
   * ISO 3166 code; `+` and the country calling code where the number belongs to no single country, such as +882;
   * undefined where it cannot be parsed.
   */
  region: string | undefined;
  /** The rule it breaks. */
  problem?: string;
}

/** Types of numbers that receive no texts, or that the sender pays for: the targets of SMS pumping. */
const refusedTypes: Partial<Record<NonNullable<NumberType>, string>> = {
  PREMIUM_RATE: 'a premium-rate number',
  SHARED_COST: 'a shared-cost number',
  VOICEMAIL: 'a voicemail box',
  PAGER: 'a pager',
  UAN: 'a company’s central number',
};

/** What the numbering plans say about a number in E.164. */
export function readPhone(number: string, check: NumberCheck): Phone {
  const plan = readPhoneNumber(number)?.plan;
  if (!plan) return { region: undefined, problem: 'must begin with a country’s calling code' };
  const region = plan.country ?? `+${plan.countryCallingCode}`;
  if (check === 'theirs') return { region };
  if (!plan.isPossible()) return { region, problem: 'must be as long as numbers of its country are' };
  const type = plan.getType();
  if (type === undefined)
    return check === 'valid' ? { region, problem: 'must be in a range of numbers that its country uses' } : { region };
  const refused = refusedTypes[type];
  return refused ? { region, problem: `must take texts, and is ${refused}` } : { region };
}
