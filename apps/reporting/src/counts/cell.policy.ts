import { isEngagement } from '#libs/contracts';
import type { KeptFact } from '../projection/fact.ts';
import type { MessageProjection } from '../projection/state.policy.ts';
import { type Cell, dayOf } from './cell.ts';
import { bucketOf } from './took.policy.ts';

/** Instead of a value beyond what is counted apart. */
export const OTHER = 'other';

/** Values of which only so many are counted apart, for each tenant and day. */
export const boundedDimensions = ['template', 'country', 'tag', 'link'] as const;
export type BoundedDimension = (typeof boundedDimensions)[number];

/** A value as it may be counted: itself, or `OTHER`. */
export type Admitted = (dimension: BoundedDimension, value: string) => string;

/**
 * The cell of a message: a function of its facts alone.
 * @param facts all of them, without repeats
 */
export function cellOf(
  { tenant, channel }: Pick<Cell, 'tenant' | 'channel'>,
  state: MessageProjection,
  facts: readonly KeptFact[],
): Cell {
  const request = facts.find(({ source }) => source === 'request');
  return {
    hour: `${state.requestedAt.slice(0, 13)}:00:00.000Z`,
    tenant,
    channel,
    lane: state.lane ?? '',
    provider: state.provider ?? '',
    category: state.category ?? '',
    template: request?.templates?.[0] ?? '',
    country: request?.country ?? '',
    status: state.status,
    kind: state.kind ?? '',
    took: state.status === 'delivered' && request ? bucketOf(secondsToDelivery(request, facts)) : null,
    ...chargedFor(facts),
    tags: [...new Set(state.tags)].sort(),
    engagement: tallied(facts.flatMap(({ status }) => (isEngagement(status) ? [status] : []))),
    links: linksOf(facts),
  };
}

/** The cell with `OTHER` instead of what is not counted apart. */
export function bounded(cell: Cell, admitted: Admitted): Cell {
  const { template, country, tags, links } = cell;
  const counted = links.flatMap(([link, clicks]) => Array.from({ length: clicks }, () => admitted('link', link)));
  return {
    ...cell,
    template: template && admitted('template', template),
    country: country && admitted('country', country),
    tags: [...new Set(tags.map((tag) => admitted('tag', tag)))].sort(),
    links: tallied(counted),
  };
}

/** The values of a cell that have to be admitted, where they are not counted already. */
export function valuesOf({ template, country, tags, links }: Cell): [BoundedDimension, string][] {
  return [
    ...(template ? [['template', template] as [BoundedDimension, string]] : []),
    ...(country ? [['country', country] as [BoundedDimension, string]] : []),
    ...tags.map((tag): [BoundedDimension, string] => ['tag', tag]),
    ...links.map(([link]): [BoundedDimension, string] => ['link', link]),
  ];
}

/**
 * What the cell before says about a value stays: a message does not move because others came between.
 * @returns undefined: it has to be asked for
 */
export function keptValue(before: Cell | undefined, now: Cell, dimension: BoundedDimension, value: string) {
  if (!before || before.tenant !== now.tenant || dayOf(before) !== dayOf(now)) return undefined;
  if (dimension === 'tag') return before.tags.includes(value) ? value : undefined;
  if (dimension === 'link') return before.links.some(([link]) => link === value) ? value : undefined;
  return before[dimension] === value || before[dimension] === OTHER ? before[dimension] : undefined;
}

/** From when it was wanted to the earliest word of its delivery; clocks differ, so never less than none. */
function secondsToDelivery(request: KeptFact, facts: readonly KeptFact[]): number {
  const wanted = Math.max(Date.parse(request.at), request.sendAt === undefined ? 0 : Date.parse(request.sendAt));
  const delivered = facts.filter(({ status }) => status === 'delivered').map(({ at }) => Date.parse(at));
  return Math.max(0, (Math.min(...delivered) - wanted) / 1_000);
}

/** A text by its segments, all else by the recipients; a hop that a provider took is charged once. */
function chargedFor(facts: readonly KeptFact[]): Pick<Cell, 'unit' | 'units'> {
  const taken = new Map<number, KeptFact>();
  for (const fact of facts)
    if (fact.status === 'sent' && fact.source !== 'receipt') {
      const known = taken.get(fact.hop ?? 0);
      if (!known || isFuller(fact, known)) taken.set(fact.hop ?? 0, fact);
    }
  const sends = [...taken.values()];
  if (sends.length === 0) return { unit: '', units: 0 };
  const units = sends.reduce((sum, { segments, recipients }) => sum + (segments ?? (recipients?.length || 1)), 0);
  return { unit: sends.some(({ segments }) => segments !== undefined) ? 'segment' : 'message', units };
}

/** Of two facts about one hop the same one is taken, in whatever order they come. */
const isFuller = (a: KeptFact, b: KeptFact): boolean =>
  (a.segments ?? 0) - (b.segments ?? 0) > 0 ||
  ((a.segments ?? 0) === (b.segments ?? 0) && (a.recipients?.length ?? 0) > (b.recipients?.length ?? 0));

/** The links of one message that are counted apart; clicks on others are `OTHER`. */
const MOST_LINKS = 10;

function linksOf(facts: readonly KeptFact[]): [string, number][] {
  const clicked = facts.flatMap(({ status, link }) => (status === 'clicked' && link !== undefined ? [link] : []));
  const apart = new Set([...new Set(clicked)].sort().slice(0, MOST_LINKS));
  return tallied(clicked.map((link) => (apart.has(link) ? link : OTHER)));
}

/** How often each occurs, by name. */
function tallied<T extends string>(all: readonly T[]): [T, number][] {
  const counted = new Map<T, number>();
  for (const each of all) counted.set(each, (counted.get(each) ?? 0) + 1);
  return [...counted].sort(([a], [b]) => (a < b ? -1 : 1));
}
