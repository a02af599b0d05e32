import { InvalidConfiguration } from '#libs/contracts';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';

/** Where Prometheus finds the metrics of this process. */
export interface MetricsEndpoint {
  host: string;
  /** 0: nowhere. */
  port: number;
}

/**
 * Answers `GET /metrics` on a port of its own, so that what may read the metrics need not reach the service's other
 * routes.
 * @throws InvalidConfiguration where the port is taken or may not be listened on
 */
export async function servePrometheus({ host, port }: MetricsEndpoint): Promise<PrometheusExporter> {
  const exporter = new PrometheusExporter({ host, port, preventServerStart: true });
  try {
    await exporter.startServer();
  } catch (cause) {
    const { code = 'error' } = cause as NodeJS.ErrnoException;
    throw new InvalidConfiguration(`METRICS_PORT ${port} on ${host} cannot be listened on (${code})`, { cause });
  }
  return exporter;
}
