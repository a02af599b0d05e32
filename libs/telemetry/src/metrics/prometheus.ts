import { InvalidConfiguration } from '#libs/contracts';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';

/** Where Prometheus scrapes the metrics of this process. */
export interface MetricsEndpoint {
  host: string;
  /** 0: no endpoint. */
  port: number;
}

/**
 * Serves `GET /metrics` on a port of its own, so that Prometheus does not need access to the service's other routes.
 * @throws InvalidConfiguration where the port is taken or not allowed
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
