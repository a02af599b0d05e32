import { milliseconds, port, secret } from '#libs/contracts';
import { httpLimitSettings } from './http/slow-clients.ts';
import { z } from 'zod';

/** Settings of every service. */
export const serviceSettings = (standardPort: number, standardMetricsPort: number) => ({
  HTTP_HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  HTTP_PORT: port(standardPort).describe('Port to listen on.'),
  METRICS_HOST: z.string().default('0.0.0.0').describe('Address on which metrics are served.'),
  METRICS_PORT: port(standardMetricsPort).describe(
    'Port on which GET /metrics gives the metrics to Prometheus; 0: no such port. Anyone who reaches it can read ' +
      'them: they hold no address and no content, but keep it inside. With OTEL_METRICS_EXPORTER set (otlp, say) ' +
      'the metrics go there instead.',
  ),
  ...httpLimitSettings,
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least severe log line that is written.'),
  SHUTDOWN_GRACE_MS: milliseconds(25_000).describe(
    'How long work may take to finish after SIGTERM, in milliseconds; what follows takes at most 4.5 s, so keep ' +
      'it 5 s under the platform’s termination grace (Kubernetes: 30 s).',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .optional()
    .describe(
      'Where traces are exported by OTLP over HTTP, such as http://jaeger:4318; unset: nowhere. The other OTEL_ ' +
        'variables of the OpenTelemetry SDK work as well.',
    ),
});

/** The key under which addresses are hashed: the same in every service. */
export const recipientHashSettings = {
  RECIPIENT_HASH_KEY: secret(z.string().min(16)).describe(
    'Secret of at least 16 characters under which addresses are hashed for logs, events and look-ups. The same ' +
      'in every service; changing it makes earlier hashes unrecognisable.',
  ),
};

/** How long what was given up can be redriven: retry keeps it so long, and reporting must know it so long. */
export const letterRetentionSettings = {
  RETRY_LETTER_RETENTION_MS: milliseconds(35 * 24 * 3_600_000).describe(
    'How long a dead letter can be redriven, in milliseconds: its row is kept so long, longer than the topic ' +
      'dead-letters. The same for retry and reporting.',
  ),
};

const schema = z.object(serviceSettings(0, 0));
export type ServiceConfig = z.infer<typeof schema>;
