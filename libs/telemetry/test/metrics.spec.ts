import { createServer } from 'node:net';
import { count, counters, gauges, histograms, measure, observe, startTelemetry } from '#libs/telemetry';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../../test/setup/free-ports.ts';

const labels = {
  'messaging.system.name': 'kafka',
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

  it('keep a counter’s sums apart by its labels, and leave out a label that does not apply', async () => {
    const url = await start();
    const attempt = { 'mi.channel': 'email', 'mi.provider': 'resend', 'mi.outcome': 'sent' };
    count(counters.attempts, { ...attempt, 'mi.failure.kind': undefined }, 3);
    count(counters.attempts, { ...attempt, 'mi.outcome': 'failed', 'mi.failure.kind': 'account' });
    const lines = (await scrape(url)).split('\n').filter((line) => line.startsWith('mi_attempts_total'));
    expect(lines.map((line) => line.replace(/,otel_[^}]*/, ''))).toEqual([
      expect.stringMatching(/mi_outcome="sent"(?!.*mi_failure_kind).* 3$/),
      expect.stringMatching(/mi_outcome="failed".*mi_failure_kind="account".* 1$/),
    ]);
  });

  it('sort durations into the buckets of their histogram', async () => {
    const url = await start();
    const labels = { 'mi.channel': 'sms', 'mi.provider': 'twilio' };
    for (const seconds of [0.04, 0.3, 99]) measure(histograms.attemptDuration, labels, seconds);
    const page = await scrape(url);
    expect(page).toMatch(/^mi_attempt_duration_bucket\{.*le="0.05"\} 1$/m);
    expect(page).toMatch(/^mi_attempt_duration_bucket\{.*le="30"\} 2$/m);
    expect(page).toMatch(/^mi_attempt_duration_count\{.*\} 3$/m);
  });

  it('read a gauge as they are exported, and keep its last value once it has ended', async () => {
    const url = await start();
    let size = 7;
    const labels = { 'messaging.consumer.group.name': 'messaging.email' };
    const end = observe(gauges.recordsInWork, () => [{ labels, value: size }]);
    expect(await scrape(url)).toMatch(/^mi_records_in_work\{.*\} 7$/m);
    size = 0;
    expect(await scrape(url)).toMatch(/^mi_records_in_work\{.*\} 0$/m);
    end();
    size = 9;
    expect(await scrape(url)).toMatch(/^mi_records_in_work\{.*\} 0$/m);
  });

  it('show how busy the process is', async () => {
    const url = await start();
    const page = await scrape(url);
    expect(page).toMatch(/^nodejs_eventloop_utilization(?:\{.*\})? (?:0\.\d+|[01])/m);
    expect(page).toMatch(/^process_memory_usage(?:\{.*\})? \d{8,}/m);
    expect(page).toMatch(/^v8js_memory_heap_used\{.*v8js_heap_space_name="old_space".*\} \d{6,}/m);
    for (const part of ['p50', 'p99', 'max']) expect(page).toMatch(new RegExp(`^nodejs_eventloop_delay_${part}`, 'm'));
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
