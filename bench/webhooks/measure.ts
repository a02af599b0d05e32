import { generateKeyPairSync } from 'node:crypto';
import type { Bench } from '../bench.ts';
import { ChannelService } from '../product/channel-service.ts';
import type { Product } from '../product/product.ts';
import { type Delivery, sendgridDelivery, twilioDelivery } from './deliveries.ts';
import { load, type Loaded, offer, SlowLoris } from './load.ts';

const BATCH = 100;
const SLOW = 500;
// With so many under way at once each waits for the others: a wait is at least their events by the events a second.
export const twoBatches = { inFlight: 2, warmUpMs: 4_000, forMs: 12_000 };
export const singles = { inFlight: 32, warmUpMs: 4_000, forMs: 10_000 };
/** A pace that it can follow. */
const even = { eventsPerSecond: 5_000, warmUpMs: 2_000, forMs: 12_000 };

interface How {
  cpuProfile?: string | undefined;
  /** Whether an even pace is measured as well. */
  isPaced?: boolean;
}

type Read = Loaded & { unread: number };

/** What was measured at one service. */
export interface Measured extends Read {
  /** Processor time of the service an event, in microseconds. */
  cpuUsPerEvent: number;
  paced: Read | undefined;
  deliveries: Delivery[];
  slowOpen: number;
  slowCutOff: number;
}

/** Batches of SendGrid at the email service. */
export async function sendgridAt(bench: Bench, product: Product, { cpuProfile, isPaced }: How): Promise<Measured> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  bench.say(`batches of SendGrid at the email service (${product.name})`);
  const service = await ChannelService.start(bench, product, 'email', {
    otlpUrl: undefined,
    cpuProfile,
    env: { SENDGRID_WEBHOOK_PUBLIC_KEY: key, OTEL_SDK_DISABLED: 'false' },
  });
  const deliveries = Array.from({ length: 300 }, (_, index) => sendgridDelivery(index, BATCH, privateKey));
  return measure('email', service, product, deliveries, { ...twoBatches, ...(isPaced && { paced: even }) });
}

/** Status callbacks of Twilio, one by one, at the sms service. */
export async function twilioAt(bench: Bench, product: Product, { cpuProfile }: How): Promise<Measured> {
  const [account, token] = [`AC${'0'.repeat(32)}`, 'only for the bench'];
  bench.say(`status callbacks of Twilio at the sms service (${product.name})`);
  const service = await ChannelService.start(bench, product, 'sms', {
    otlpUrl: undefined,
    cpuProfile,
    env: { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token, OTEL_SDK_DISABLED: 'false' },
  });
  const deliveries = Array.from({ length: 5_000 }, (_, index) => twilioDelivery(index, service.url, account, token));
  return measure('sms', service, product, deliveries, singles);
}

/** @throws Error when fewer events are in Kafka than were acknowledged */
async function measure(
  channel: 'email' | 'sms',
  service: ChannelService,
  { upstream }: Product,
  deliveries: Delivery[],
  { paced: pace, ...how }: typeof twoBatches & { paced?: typeof even },
): Promise<Measured> {
  const { url } = service;
  await service.during(service.ready());
  const loris = await SlowLoris.at(url, SLOW);
  try {
    const before = await upstream.facts();
    const openBefore = loris.state;
    const read = async (loaded: Loaded): Promise<Read> => ({ ...loaded, unread: await upstream.unread(channel) });
    const cpuBefore = service.cpuMs;
    const loaded = await service.during(load({ url, deliveries, ...how }));
    const cpuUsPerEvent = ((service.cpuMs - cpuBefore) * 1_000) / loaded.events;
    const fast = await read(loaded);
    const paced = pace && (await read(await service.during(offer({ url, deliveries, ...pace }))));
    const slowOpen = Math.min(openBefore, loris.state);
    const events = loaded.events + (paced?.events ?? 0);
    const published = (await upstream.facts()) - before;
    if (published < events) throw new Error(`${events} events were acknowledged and ${published} are in Kafka`);
    return { ...fast, cpuUsPerEvent, paced, deliveries, slowOpen, slowCutOff: loris.cutOff };
  } finally {
    loris.stop();
    await service.stop();
  }
}
