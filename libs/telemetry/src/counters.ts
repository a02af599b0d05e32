import { type Attributes, metrics } from '@opentelemetry/api';

const meter = metrics.getMeter('messaging-integrations');

/** Counts one more of something. Exported where a metrics exporter is configured (OTEL_METRICS_EXPORTER). Ids and codes only. */
export function countOne(name: string, attributes: Attributes): void {
  meter.createCounter(name).add(1, attributes);
}
