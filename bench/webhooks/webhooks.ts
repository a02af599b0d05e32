import type { Bench } from '../bench.ts';
import { median, rounded } from '../figures.ts';
import { startChild } from '../foundation/child.ts';
import { baseProduct, thisProduct } from '../product/product.ts';
import type { Delivery } from './deliveries.ts';
import { load } from './load.ts';
import { type Measured, sendgridAt, singles, twilioAt, twoBatches } from './measure.ts';

export interface WebhookOptions {
  rounds: number;
  /** Whether the state before the pipeline is measured too. */
  base: boolean;
  cpuProfile?: string | undefined;
}

/** Of one state of the product: medians over the rounds. */
interface ProductFigures {
  /** Events a second: verified, published with acks=all, acknowledged. */
  sendgridBatch100: number;
  twilioSingle: number;
  /** Processor time of the service an event, in microseconds, reading the facts back included. */
  sendgridCpuUs: number;
  twilioCpuUs: number;
  /** From sending a delivery to its answer. */
  sendgridP99Ms: number;
  twilioP99Ms: number;
  /** Facts that the service had still to read back from Kafka just after: what it puts off is no speed. */
  sendgridUnread: number;
  twilioUnread: number;
}

export interface WebhookFigures extends ProductFigures {
  /** The state before the pipeline; null where it could not be measured, and why. */
  base: ProductFigures | null;
  notMeasured: { base?: string };
  /** Medians of each round's own quotient. */
  ratios: Record<'sendgridToBase' | 'twilioToBase', number | null>;
  /** The same bodies, only parsed. */
  bareFastify: number;
  bareFastifySingle: number;
  /** Ours at an even pace; the wait is from the moment a delivery is due. */
  offered: { perSecond: number; p99Ms: number; unread: number };
  /** Fewest slow connections that stood open at the ends of a measurement, and how many were cut off. */
  slowOpen: number;
  slowCutOff: number;
  rounds: number;
  othersShare: number;
}

interface Pair {
  sendgrid: Measured;
  twilio: Measured;
}

/**
 * Webhooks through the services as they ship, and through those before the pipeline, while slow connections are held
 * open; beside a handler that only parses.
 */
export async function webhooks(
  bench: Bench,
  { rounds, base: withBase, cpuProfile }: WebhookOptions,
): Promise<WebhookFigures> {
  const products = {
    ours: await thisProduct(bench),
    base: withBase ? await baseProduct(bench) : { missing: 'left out' },
  };
  const ours: Pair[] = [];
  const base: Pair[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const sendgrid = await sendgridAt(bench, products.ours, { cpuProfile, isPaced: round === 1 });
    const sendgridOfBase = 'missing' in products.base ? undefined : await sendgridAt(bench, products.base, {});
    const twilio = await twilioAt(bench, products.ours, { cpuProfile });
    const twilioOfBase = 'missing' in products.base ? undefined : await twilioAt(bench, products.base, {});
    ours.push({ sendgrid, twilio });
    if (sendgridOfBase && twilioOfBase) base.push({ sendgrid: sendgridOfBase, twilio: twilioOfBase });
    bench.say(`round ${round}: ${said('ours', ours)}${base.length > 0 ? `; ${said('base', base)}` : ''}`);
  }
  const [{ sendgrid, twilio }] = ours as [Pair];
  const all = [...ours, ...base].flatMap((pair) => [pair.sendgrid, pair.twilio]);
  const quotient = (of: keyof Pair) =>
    base.length === 0
      ? null
      : rounded(median(base.map((pair, at) => ours[at]![of].eventsPerSecond / pair[of].eventsPerSecond)), 2);
  return {
    ...figuresOf(ours),
    base: base.length === 0 ? null : figuresOf(base),
    notMeasured: 'missing' in products.base ? { base: products.base.missing } : {},
    ratios: { sendgridToBase: quotient('sendgrid'), twilioToBase: quotient('twilio') },
    ...(await bare(bench, sendgrid.deliveries, twilio.deliveries)),
    offered: {
      perSecond: rounded(sendgrid.paced!.eventsPerSecond),
      p99Ms: rounded(sendgrid.paced!.p99Ms, 1),
      unread: sendgrid.paced!.unread,
    },
    slowOpen: Math.min(...all.map(({ slowOpen }) => slowOpen)),
    slowCutOff: all.reduce((sum, { slowCutOff }) => sum + slowCutOff, 0),
    rounds,
    othersShare: rounded(bench.othersShare, 2),
  };
}

function figuresOf(pairs: readonly Pair[]): ProductFigures {
  const middle = (of: keyof Pair, figure: (measured: Measured) => number, digits = 0) =>
    rounded(median(pairs.map((pair) => figure(pair[of]))), digits);
  return {
    sendgridBatch100: middle('sendgrid', ({ eventsPerSecond }) => eventsPerSecond),
    twilioSingle: middle('twilio', ({ eventsPerSecond }) => eventsPerSecond),
    sendgridCpuUs: middle('sendgrid', ({ cpuUsPerEvent }) => cpuUsPerEvent),
    twilioCpuUs: middle('twilio', ({ cpuUsPerEvent }) => cpuUsPerEvent),
    sendgridP99Ms: middle('sendgrid', ({ p99Ms }) => p99Ms, 1),
    twilioP99Ms: middle('twilio', ({ p99Ms }) => p99Ms, 1),
    sendgridUnread: middle('sendgrid', ({ unread }) => unread),
    twilioUnread: middle('twilio', ({ unread }) => unread),
  };
}

function said(name: string, pairs: readonly Pair[]): string {
  const { sendgrid, twilio } = pairs.at(-1)!;
  return (
    `${name} ${Math.round(sendgrid.eventsPerSecond)} events/s of SendGrid, ` +
    `${Math.round(twilio.eventsPerSecond)} of Twilio`
  );
}

/** A handler that only parses, with the same bodies. */
async function bare(
  bench: Bench,
  batches: readonly Delivery[],
  single: readonly Delivery[],
): Promise<Pick<WebhookFigures, 'bareFastify' | 'bareFastifySingle'>> {
  bench.say('a bare handler, the same bodies');
  const { port } = await startChild('webhooks/bare.peer.ts', {}, bench.closers);
  const url = `http://127.0.0.1:${port}`;
  const short = { forMs: 5_000, warmUpMs: 2_000 };
  const parsed = await load({ url, deliveries: batches, ...twoBatches, ...short });
  const parsedSingle = await load({ url, deliveries: single, ...singles, ...short });
  return {
    bareFastify: rounded(parsed.eventsPerSecond),
    bareFastifySingle: rounded(parsedSingle.eventsPerSecond),
  };
}
