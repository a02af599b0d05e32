import { type Attributes, type Counter, type MeterProvider, metrics } from '@opentelemetry/api';
import type { CounterRow } from './counters.ts';

/** Cached by meter provider: counters that were made before the SDK started would never be exported. */
const made = new WeakMap<MeterProvider, Map<string, Counter>>();

/** The labels of a counter, each of them required; undefined: it does not apply here. */
export type LabelsOf<C extends CounterRow> = Record<keyof C['labels'] & string, string | undefined>;

/** Increments a counter: `count(counters.recordsSetAside, { … })`. Does nothing where metrics are not exported. */
export function count<const C extends CounterRow>(row: C, labels: LabelsOf<C>, by = 1): void {
  counterOf(row).add(by, labels as Attributes);
}

function counterOf({ name, unit, meaning }: CounterRow): Counter {
  const provider = metrics.getMeterProvider();
  const known = made.get(provider) ?? new Map<string, Counter>();
  made.set(provider, known);
  const counter =
    known.get(name) ?? provider.getMeter('messaging-integrations').createCounter(name, { unit, description: meaning });
  known.set(name, counter);
  return counter;
}
