import type { Channel, Lane } from '#libs/contracts';
import { minuteOf, zonesOf } from './local-time.ts';
import { type QuietRule, readSpan } from './quiet-hours.config.ts';
import { firstAllowed, type QuietTime } from './quiet-time.policy.ts';

/** What quiet hours ask of a message. */
export interface Addressee {
  category: 'transactional' | 'marketing';
  /** The recipient's country, as an ISO code, where it is known. */
  country?: string | undefined;
  /** The recipient's time zone, where the request says it. */
  timeZone?: string | undefined;
}

/** It is quiet: a message waits. */
export interface Quiet {
  /** In ms since 1970. */
  until: number;
  rule: string;
  /** In plain words. */
  why: string;
}

interface Known {
  minute: number;
  quiet: Quiet | undefined;
}

/** So many combinations of rule and place are remembered. */
const MOST_KNOWN = 2_000;

/** When messages of a channel are not sent, by the rules of the settings. */
export class QuietHours {
  private readonly rules: readonly (QuietRule & { span: QuietTime })[];
  /** What was found in this minute: very many messages ask for the same. */
  private readonly known = new Map<string, Known>();

  constructor(rules: readonly QuietRule[], channel: Channel) {
    this.rules = rules
      .filter((rule) => rule.channel === undefined || rule.channel === channel)
      .map((rule) => ({ ...rule, span: readSpan(rule.quiet) }));
  }

  /**
   * Whether a message has to wait now.
   * @param now in ms since 1970
   * @returns undefined: it may go
   */
  of(addressee: Addressee, lane: Lane, now: number): Quiet | undefined {
    if (lane === 'urgent' || this.rules.length === 0) return undefined;
    const { category, country, timeZone } = addressee;
    const key = `${category} ${country ?? ''} ${timeZone ?? ''}`;
    const minute = minuteOf(now);
    const before = this.known.get(key);
    if (before?.minute === minute) return before.quiet;
    const quiet = this.find(addressee, now);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(key, { minute, quiet });
    return quiet;
  }

  private find(addressee: Addressee, now: number): Quiet | undefined {
    const rules = this.rules.filter((rule) => concerns(rule, addressee));
    const places = rules.map((rule) => placeOf(rule, addressee));
    const { end, last } = firstAllowed(
      rules.map(({ span }, index) => ({ quiet: span, zones: places[index]!.zones })),
      now,
    );
    if (last === undefined) return undefined;
    const { name, quiet } = rules[last]!;
    // Rules that leave no time together: it waits as long as it may.
    const until = end ?? now + NEVER_MS;
    const [from, to] = quiet.split('-');
    const ends = end === undefined ? 'for good' : `until ${new Date(until).toISOString()}`;
    return {
      until,
      rule: name,
      why: `Quiet hours ${ends}, by rule ${name}: nothing from ${from} to ${to} ${places[last]!.words}.`,
    };
  }
}

/** Longer than any message lives. */
const NEVER_MS = 366 * 86_400_000;

const concerns = ({ category, countries }: QuietRule, addressee: Addressee): boolean =>
  (category === 'any' || category === addressee.category) &&
  (countries === undefined || (addressee.country !== undefined && countries.includes(addressee.country)));

/** The zones that may be the recipient’s: a country may have several, and then it must be allowed in all of them. */
function placeOf(rule: QuietRule, { country, timeZone }: Addressee): { zones: readonly string[]; words: string } {
  if (timeZone !== undefined) return { zones: [timeZone], words: `in ${timeZone}, as the request says` };
  const zones = country === undefined ? [] : zonesOf(country);
  if (zones.length === 0)
    return { zones: [rule.timeZone], words: `in ${rule.timeZone}: the recipient’s time zone is not known` };
  const [only] = zones;
  const words = zones.length === 1 ? `in ${only}, by its number` : `in each of the time zones of ${country}`;
  return { zones, words };
}
