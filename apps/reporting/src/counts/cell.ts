import type { Channel, Engagement, Lane, Status } from '#libs/contracts';

/**
 * Everything by which a message is counted. The message keeps it as it was counted, and exactly that is taken away
 * before another one is added (docs/adr/0048). What is not known is an empty text.
 */
export interface Cell {
  /** The hour in which it was asked for: ISO 8601, UTC. Until the request is read: that of its earliest fact. */
  hour: string;
  tenant: string;
  channel: Channel;
  lane: Lane | '';
  /** The last provider that was involved. */
  provider: string;
  category: string;
  /** The first template that its request names. */
  template: string;
  /** Of a phone number: ISO 3166, two letters. */
  country: string;
  status: Status;
  /** The kind of the failure of this status. */
  kind: string;
  /** The bucket of its time to delivery (took.policy.ts); null: not delivered, or its request is not known. */
  took: number | null;
  /** What it is charged by: segment, message; nothing while no provider took it. */
  unit: 'segment' | 'message' | '';
  units: number;
  tags: readonly string[];
  /** How many facts are kept of each kind, by name. */
  engagement: readonly (readonly [Engagement, number])[];
  /** How many clicks are kept on each link, by its hash. */
  links: readonly (readonly [string, number])[];
}

/** A cell as the row of its message keeps it: the same text for the same cell. */
export const writeCell = (cell: Cell): string =>
  JSON.stringify([
    cell.hour,
    cell.tenant,
    cell.channel,
    cell.lane,
    cell.provider,
    cell.category,
    cell.template,
    cell.country,
    cell.status,
    cell.kind,
    cell.took,
    cell.unit,
    cell.units,
    cell.tags,
    cell.engagement,
    cell.links,
  ]);

type Written = [
  Cell['hour'],
  Cell['tenant'],
  Cell['channel'],
  Cell['lane'],
  Cell['provider'],
  Cell['category'],
  Cell['template'],
  Cell['country'],
  Cell['status'],
  Cell['kind'],
  Cell['took'],
  Cell['unit'],
  Cell['units'],
  Cell['tags'],
  Cell['engagement'],
  Cell['links'],
];

/** @param text what `writeCell` made */
export function readCell(text: string): Cell {
  const [
    hour,
    tenant,
    channel,
    lane,
    provider,
    category,
    template,
    country,
    status,
    kind,
    took,
    unit,
    units,
    tags,
    engagement,
    links,
  ] = JSON.parse(text) as Written;
  return {
    hour,
    tenant,
    channel,
    lane,
    provider,
    category,
    template,
    country,
    status,
    kind,
    took,
    unit,
    units,
    tags,
    engagement,
    links,
  };
}

/** The day of an hour, in UTC: `2030-01-31`. */
export const dayOf = ({ hour }: Pick<Cell, 'hour'>): string => hour.slice(0, 10);
