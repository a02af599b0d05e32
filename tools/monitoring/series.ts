import type { InstrumentRow } from '#libs/telemetry';

/** The units of our instruments as Prometheus writes them behind a name that it takes in by OTLP. */
const suffixes: Record<string, string> = { s: '_seconds', By: '_bytes', 1: '_ratio' };

const nameOf = ({ name }: InstrumentRow): string => name.replaceAll(/\W/g, '_');

/** A label's name in Prometheus. */
export const labelOf = (label: string): string => label.replaceAll(/\W/g, '_');

/** A counter's series. `matchers` without braces, such as `mi_status="sent"`. */
export const total = (row: InstrumentRow, matchers = ''): string => `${nameOf(row)}_total${braced(matchers)}`;

/** A gauge's series under both names: scraped, and taken in by OTLP. `of` makes the expression of one of them. */
export const either = (row: InstrumentRow, of: (series: string) => string, part = ''): string =>
  [...new Set([`${nameOf(row)}${part}`, `${nameOf(row)}${suffixes[row.unit] ?? ''}${part}`])].map(of).join(' or ');

/** A bucket's bound as a matcher: Prometheus 3 writes `10` as `10.0`. */
export const within = (seconds: number): string => `le=~"${String(seconds).replace('.', String.raw`\\.`)}(\\\\.0)?"`;

export const braced = (matchers: string): string => (matchers === '' ? '' : `{${matchers}}`);
