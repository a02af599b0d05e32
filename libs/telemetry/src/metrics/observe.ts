import { type Attributes, metrics, type ObservableResult } from '@opentelemetry/api';
import type { InstrumentRow, LabelsOf } from './instrument-row.ts';

/** A value of a gauge, in the unit of its row. */
export interface Reading<R extends InstrumentRow> {
  labels: LabelsOf<R>;
  value: number;
}

/**
 * Lets a gauge be read each time the metrics are exported: `observe(gauges.recordsInWork, () => […])`.
 * @param read the values now, one for each combination of labels. The SDK goes on exporting the last value of labels
 * that are not given any more, so what has ended is given as 0, and what is not known as NaN.
 * @returns ends it
 */
export function observe<const R extends InstrumentRow>(row: R, read: () => Iterable<Reading<R>>): () => void {
  const { name, unit, meaning } = row;
  const gauge = metrics.getMeter('messaging-integrations').createObservableGauge(name, { unit, description: meaning });
  const callback = (result: ObservableResult) => {
    for (const { labels, value } of read()) result.observe(value, labels as Attributes);
  };
  gauge.addCallback(callback);
  return () => gauge.removeCallback(callback);
}
