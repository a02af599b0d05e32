import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../test/setup/free-ports.ts';
import type { Bench } from '../bench.ts';
import { EmailService } from '../dispatch/email-service.ts';
import { PREFIX, Upstream } from '../dispatch/upstream.ts';
import { rounded } from '../figures.ts';
import { Child, startChild } from '../foundation/child.ts';
import { type Delivery, sendgridDelivery, twilioDelivery } from './deliveries.ts';
import { load, type Loaded, offer, SlowLoris } from './load.ts';

const BATCH = 100;
const SLOW = 500;
// With so many under way at once each waits for the others: a wait is at least their events by the events a second.
const batches = { inFlight: 2, warmUpMs: 4_000, forMs: 12_000 };
/** A pace that it can follow. */
const offered = { eventsPerSecond: 5_000, warmUpMs: 2_000, forMs: 12_000 };
const singles = { inFlight: 32, warmUpMs: 4_000, forMs: 10_000 };
const READY_WITHIN_MS = 60_000;

export interface WebhookFigures {
  /** Events a second: verified, published with acks=all, acknowledged. */
  sendgridBatch100: number;
  twilioSingle: number;
  /** The same bodies, only parsed. */
  bareFastify: number;
  bareFastifySingle: number;
  /** From sending a delivery of SendGrid to its answer. */
  p99Ms: number;
  /** Facts that the service had still to read back from Kafka just after: what it puts off is no speed. */
  unread: number;
  /** The same at an even pace; the wait is from the moment a delivery is due. */
  offeredPerSecond: number;
  offeredP99Ms: number;
  offeredUnread: number;
  twilioP99Ms: number;
  /** Fewest slow connections that stood open at the ends of a measurement, and how many were cut off. */
  slowOpen: number;
  slowCutOff: number;
  othersShare: number;
}

/**
 * Webhooks through the services as they ship, while slow connections are held open, beside a handler that only parses.
 */
export async function webhooks(bench: Bench, cpuProfile?: string): Promise<WebhookFigures> {
  const upstream = await Upstream.connect(bench.foundation.kafkaBrokers, bench.closers);
  const sendgrid = await ofSendgrid(bench, upstream, cpuProfile);
  const twilio = await ofTwilio(bench, upstream);
  bench.say('a bare handler, the same bodies');
  const bare = await startChild('webhooks/bare.peer.ts', {}, bench.closers);
  const url = `http://127.0.0.1:${bare.port}`;
  const parsed = await load({ url, deliveries: sendgrid.deliveries, ...batches, forMs: 5_000, warmUpMs: 2_000 });
  const parsedSingle = await load({ url, deliveries: twilio.deliveries, ...singles, forMs: 5_000, warmUpMs: 2_000 });
  return {
    sendgridBatch100: rounded(sendgrid.eventsPerSecond),
    twilioSingle: rounded(twilio.eventsPerSecond),
    bareFastify: rounded(parsed.eventsPerSecond),
    bareFastifySingle: rounded(parsedSingle.eventsPerSecond),
    p99Ms: rounded(sendgrid.p99Ms, 1),
    unread: sendgrid.unread,
    offeredPerSecond: rounded(sendgrid.paced!.eventsPerSecond),
    offeredP99Ms: rounded(sendgrid.paced!.p99Ms, 1),
    offeredUnread: sendgrid.paced!.unread,
    twilioP99Ms: rounded(twilio.p99Ms, 1),
    slowOpen: Math.min(sendgrid.slowOpen, twilio.slowOpen),
    slowCutOff: sendgrid.slowCutOff + twilio.slowCutOff,
    othersShare: rounded(bench.othersShare, 2),
  };
}

type Read = Loaded & { unread: number };
type Measured = Read & { paced: Read | undefined; deliveries: Delivery[]; slowOpen: number; slowCutOff: number };

async function ofSendgrid(bench: Bench, upstream: Upstream, cpuProfile: string | undefined): Promise<Measured> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [port] = (await freePorts(1)) as [string];
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  bench.say('batches of SendGrid at the email service');
  const service = await EmailService.start(bench, {
    otlpUrl: undefined,
    cpuProfile,
    env: { HTTP_PORT: port, SENDGRID_WEBHOOK_PUBLIC_KEY: key, OTEL_SDK_DISABLED: 'false' },
  });
  const deliveries = Array.from({ length: 300 }, (_, index) => sendgridDelivery(index, BATCH, privateKey));
  const measured = await service.during(
    measure('email', `http://127.0.0.1:${port}`, upstream, deliveries, { ...batches, offered }),
  );
  await service.stop();
  return measured;
}

async function ofTwilio(bench: Bench, upstream: Upstream): Promise<Measured> {
  const [port] = (await freePorts(1)) as [string];
  const url = `http://127.0.0.1:${port}`;
  const [account, token] = [`AC${'0'.repeat(32)}`, 'only for the bench'];
  bench.say('status callbacks of Twilio at the sms service');
  const service = new Child(
    join(import.meta.dirname, '..', '..', 'dist', 'apps', 'sms', 'src', 'main.js'),
    {
      log: join(bench.foundation.dataDir, 'logs', 'sms.log'),
      node: ['--enable-source-maps', '--max-semi-space-size=16'],
      env: {
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: port,
        METRICS_PORT: '0',
        PUBLIC_URL: url,
        KAFKA_BROKERS: bench.foundation.kafkaBrokers,
        KAFKA_TOPIC_PREFIX: PREFIX,
        DATABASE_URL: bench.foundation.databaseUrl,
        RECIPIENT_HASH_KEY: 'only for the bench',
        SMS_FROM: '+12025550100',
        TWILIO_ACCOUNT_SID: account,
        TWILIO_AUTH_TOKEN: token,
        TWILIO_BASE_URL: bench.provider.url,
      },
    },
    bench.closers,
  );
  const deliveries = Array.from({ length: 5_000 }, (_, index) => twilioDelivery(index, url, account, token));
  const measured = await measure('sms', url, upstream, deliveries, singles);
  await service.stop('SIGTERM');
  return measured;
}

/** @throws Error when fewer events are in Kafka than were acknowledged */
async function measure(
  service: 'email' | 'sms',
  url: string,
  upstream: Upstream,
  deliveries: Delivery[],
  how: typeof batches & { offered?: typeof offered },
): Promise<Measured> {
  await untilReady(url);
  const loris = await SlowLoris.at(url, SLOW);
  try {
    const before = await upstream.facts();
    const openBefore = loris.state;
    const read = async (loaded: Loaded): Promise<Read> => ({ ...loaded, unread: await upstream.unread(service) });
    const loaded = await read(await load({ url, deliveries, ...how }));
    const paced = how.offered && (await read(await offer({ url, deliveries, ...how.offered })));
    const slowOpen = Math.min(openBefore, loris.state);
    const events = loaded.events + (paced?.events ?? 0);
    const published = (await upstream.facts()) - before;
    if (published < events) throw new Error(`${events} events were acknowledged and ${published} are in Kafka`);
    return { ...loaded, paced, deliveries, slowOpen, slowCutOff: loris.cutOff };
  } finally {
    loris.stop();
  }
}

async function untilReady(url: string): Promise<void> {
  for (const until = performance.now() + READY_WITHIN_MS; performance.now() < until; await delay(200)) {
    const ready = await fetch(`${url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
  }
  throw new Error(`the service was not ready within ${READY_WITHIN_MS / 1_000} s`);
}
