import { type Cell, dayOf } from './cell.ts';

/** The type of a column, as PostgreSQL names it. */
type ColumnType = 'text' | 'timestamptz' | 'date' | 'smallint' | 'bigint';

/** A table that counts messages by some dimensions of their cells. */
export interface Face {
  table: string;
  /** Its key, with the column of time first. */
  keys: Readonly<Record<string, ColumnType>>;
  sums: readonly string[];
  /** The rows that a cell counts in: none, one or more. */
  of: (cell: Cell) => Counted[];
}

/** A row that is counted in, and what is added to its sums for each message. */
export interface Counted {
  key: readonly (string | number)[];
  sums: readonly number[];
}

const one = (key: readonly (string | number)[], sums: readonly number[] = [1]): Counted => ({ key, sums });

/** Not delivered, in a column of the key. */
export const NO_TIME = -1;

/**
 * The tables over the cells, in the order in which they are written. A single table over all dimensions would have
 * nearly as many rows as there are messages. Whoever changes what a face counts lets the counts be rebuilt.
 */
export const faces = {
  messageHour: {
    table: 'message_hour',
    keys: {
      hour: 'timestamptz',
      tenant: 'text',
      channel: 'text',
      lane: 'text',
      provider: 'text',
      category: 'text',
      status: 'text',
      kind: 'text',
      took: 'smallint',
    },
    sums: ['messages'],
    of: (cell) => [
      one([
        cell.hour,
        cell.tenant,
        cell.channel,
        cell.lane,
        cell.provider,
        cell.category,
        cell.status,
        cell.kind,
        cell.took ?? NO_TIME,
      ]),
    ],
  },
  messageDay: {
    table: 'message_day',
    keys: {
      day: 'date',
      tenant: 'text',
      channel: 'text',
      lane: 'text',
      provider: 'text',
      status: 'text',
      kind: 'text',
    },
    sums: ['messages'],
    of: (cell) => [one([dayOf(cell), cell.tenant, cell.channel, cell.lane, cell.provider, cell.status, cell.kind])],
  },
  tookDay: {
    table: 'took_day',
    keys: { day: 'date', tenant: 'text', channel: 'text', lane: 'text', provider: 'text', took: 'smallint' },
    sums: ['messages'],
    of: (cell) =>
      cell.took === null ? [] : [one([dayOf(cell), cell.tenant, cell.channel, cell.lane, cell.provider, cell.took])],
  },
  countryDay: {
    table: 'country_day',
    keys: {
      day: 'date',
      tenant: 'text',
      channel: 'text',
      provider: 'text',
      country: 'text',
      status: 'text',
      unit: 'text',
    },
    sums: ['messages', 'units'],
    of: (cell) => [
      one(
        [dayOf(cell), cell.tenant, cell.channel, cell.provider, cell.country, cell.status, cell.unit],
        [1, cell.units],
      ),
    ],
  },
  valueDay: {
    table: 'value_day',
    keys: { day: 'date', tenant: 'text', channel: 'text', dimension: 'text', value: 'text', status: 'text' },
    sums: ['messages'],
    of: (cell) => {
      const values: [string, string][] = [
        ...(cell.template ? [['template', cell.template] as [string, string]] : []),
        ...cell.tags.map((tag): [string, string] => ['tag', tag]),
      ];
      return values.map(([dimension, value]) =>
        one([dayOf(cell), cell.tenant, cell.channel, dimension, value, cell.status]),
      );
    },
  },
  engagementDay: {
    table: 'engagement_day',
    keys: {
      day: 'date',
      tenant: 'text',
      channel: 'text',
      provider: 'text',
      template: 'text',
      engagement: 'text',
    },
    sums: ['messages', 'facts'],
    of: (cell) =>
      cell.engagement.map(([engagement, facts]) =>
        one([dayOf(cell), cell.tenant, cell.channel, cell.provider, cell.template, engagement], [1, facts]),
      ),
  },
  linkDay: {
    table: 'link_day',
    keys: { day: 'date', tenant: 'text', channel: 'text', template: 'text', link: 'text' },
    sums: ['messages', 'clicks'],
    of: (cell) =>
      cell.links.map(([link, clicks]) =>
        one([dayOf(cell), cell.tenant, cell.channel, cell.template, link], [1, clicks]),
      ),
  },
} as const satisfies Record<string, Face>;

export type FaceName = keyof typeof faces;
export const faceNames = Object.keys(faces) as FaceName[];
export const faceOf = (name: FaceName): Face => faces[name];
