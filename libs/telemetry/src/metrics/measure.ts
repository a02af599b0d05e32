import { type Attributes, type Histogram, type MeterProvider, metrics } from '@opentelemetry/api';
import type { HistogramRow } from './histograms.ts';
import type { LabelsOf } from './instrument-row.ts';

/** By meter provider: histograms that were made before the SDK started would never be exported. */
const made = new WeakMap<MeterProvider, Map<HistogramRow, Histogram>>();

/** Adds a value to a histogram, in the unit of its row: `measure(histograms.attemptDuration, { … }, seconds)`. */
export function measure<const R extends HistogramRow>(row: R, labels: LabelsOf<R>, value: number): void {
  histogramOf(row).record(value, labels as Attributes);
}

function histogramOf(row: HistogramRow): Histogram {
  const provider = metrics.getMeterProvider();
  let byRow = made.get(provider);
  if (!byRow) made.set(provider, (byRow = new Map<HistogramRow, Histogram>()));
  let histogram = byRow.get(row);
  if (!histogram) {
    const { name, unit, meaning, boundaries } = row;
    histogram = provider.getMeter('messaging-integrations').createHistogram(name, {
      unit,
      description: meaning,
      advice: { explicitBucketBoundaries: [...boundaries] },
    });
    byRow.set(row, histogram);
  }
  return histogram;
}
