import { createServer } from 'node:net';
import { count, counters, startTelemetry } from '#libs/telemetry';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../../test/setup/free-ports.ts';

const labels = {
  'messaging.system': 'kafka',
  'messaging.operation.name': 'process',
  'messaging.destination.name': 'messaging.email.requested',
  'messaging.consumer.group.name': 'messaging.email',
};

describe('the metrics of a service', () => {
  let stop: (() => Promise<void>) | undefined;
  afterEach(() => stop?.());

  const start = async (env: NodeJS.ProcessEnv = {}) => {
    const port = Number((await freePorts(1))[0]);
    stop = await startTelemetry('messaging-test', env, { host: '127.0.0.1', port });
    return `http://127.0.0.1:${port}`;
  };
  const scrape = async (url: string) => (await fetch(`${url}/metrics`)).text();

  it('can be scraped on a port of their own, with the name of their service', async () => {
    const url = await start();
    count(counters.recordsConsumed, labels);
    count(counters.recordsConsumed, labels, 2);
    const page = await scrape(url);
    expect(page).toMatch(
      /^messaging_client_consumed_messages_total\{.*messaging_destination_name="messaging.email.requested".*\} 3$/m,
    );
    expect(page).toMatch(/^target_info\{service_name="messaging-test"/m);
    expect((await fetch(`${url}/health/ready`)).status).toBe(404);
  });

  it('count from zero after a stop, and release the port', async () => {
    await start();
    count(counters.recordsConsumed, labels);
    await stop?.();
    const url = await start();
    count(counters.recordsConsumed, labels);
    expect(await scrape(url)).toMatch(/^messaging_client_consumed_messages_total\{.*\} 1$/m);
  });

  it('end the start with the name of the setting where their port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(startTelemetry('messaging-test', {}, { host: '127.0.0.1', port })).rejects.toThrow(
      `METRICS_PORT ${port} on 127.0.0.1 cannot be listened on (EADDRINUSE)`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('are not served where the SDK exports them elsewhere, and counting continues', async () => {
    const url = await start({ OTEL_METRICS_EXPORTER: 'none' });
    count(counters.recordsConsumed, labels);
    await expect(fetch(`${url}/metrics`)).rejects.toThrow();
  });
});
