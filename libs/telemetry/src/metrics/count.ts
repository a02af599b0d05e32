import { type Attributes, type MeterProvider, metrics, type ObservableResult } from '@opentelemetry/api';
import type { InstrumentRow, LabelsOf } from './instrument-row.ts';

/** One time series of a counter. */
interface Tally {
  labels: Attributes;
  sum: number;
}

/** The sums of one counter, by the values of its labels. */
type Tallies = Map<string, Tally>;

/** By meter provider: counters that were made before the SDK started would never be exported. */
const made = new WeakMap<MeterProvider, Map<InstrumentRow, Tallies>>();

/**
 * Increments a counter: `count(counters.quarantinedRecords, { … })`. The sums are kept here and read when they are
 * exported: the SDK's own counter sorts and hashes the labels at each call, which takes four times as long.
 */
export function count<const R extends InstrumentRow>(row: R, labels: LabelsOf<R>, by = 1): void {
  const tallies = talliesOf(row);
  let key = '';
  for (const name in row.labels) key += `${labels[name as keyof LabelsOf<R>] ?? ''}\n`;
  const tally = tallies.get(key);
  if (tally) tally.sum += by;
  else tallies.set(key, { labels: present(labels), sum: by });
}

function talliesOf(row: InstrumentRow): Tallies {
  const provider = metrics.getMeterProvider();
  let byRow = made.get(provider);
  if (!byRow) made.set(provider, (byRow = new Map<InstrumentRow, Tallies>()));
  let tallies = byRow.get(row);
  if (!tallies) {
    byRow.set(row, (tallies = new Map<string, Tally>()));
    exportSums(provider, row, tallies);
  }
  return tallies;
}

function exportSums(provider: MeterProvider, { name, unit, meaning }: InstrumentRow, tallies: Tallies): void {
  provider
    .getMeter('messaging-integrations')
    .createObservableCounter(name, { unit, description: meaning })
    .addCallback((result: ObservableResult) => {
      for (const { labels, sum } of tallies.values()) result.observe(sum, labels);
    });
}

/** A label that does not apply is left out. */
const present = (labels: Attributes): Attributes =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
