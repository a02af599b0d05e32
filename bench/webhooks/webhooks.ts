import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { Upstream } from '../dispatch/upstream.ts';
import { median, percentile, rounded } from '../figures.ts';
import { startChild } from '../foundation/child.ts';
import { startChannel } from './channel-service.ts';
import { EVENTS_A_BATCH, sendgridBatches, sendgridKeys, twilioCallbacks } from './deliveries.ts';
import { atFullSpeed, atPace, slowClients } from './sender.ts';

export interface WebhookFigures {
  /** Events per second, verified, published (acks=all) and acknowledged: in batches of a hundred, and one by one. */
  sendgridBatch100: number;
  twilioSingle: number;
  /** Events per second of a handler that only parses the same batches, and the same singles. */
  bareFastify: number;
  bareFastifySingle: number;
  /** What a SendGrid batch takes at a steady 5,000 events a second, while the slow connections are open, in milliseconds. */
  p50Ms: number;
  p99Ms: number;
  slowConnections: number;
  /** How many of these the service cut off meanwhile. */
  cutOff: number;
  othersShare: number;
}

const SLOW = 500;
const PACE = 5_000;
const PACED_SECONDS = 15;
/** Connections at a time: providers keep few. */
const AT_A_TIME = { batches: 10, singles: 32 };
const PUBLIC_URL = 'https://hooks.messaging.test';
const twilio = { sid: `AC${'0'.repeat(32)}`, token: 'only for the bench, as any token' };

/** How fast the webhooks of both channels are taken, beside a bare handler, while 500 slow clients hold connections. */
export async function webhooks(bench: Bench, { rounds, messages }: { rounds: number; messages: number }): Promise<WebhookFigures> {
  const { privateKey, publicKey } = sendgridKeys();
  // Makes the topics.
  await Upstream.connect(bench.foundation.kafkaBrokers, bench.closers);
  bench.say('starting the email and the sms service');
  const email = await startChannel(bench, 'email', {
    EMAIL_FROM: 'Messaging <no-reply@messaging.test>', SENDGRID_API_KEY: 'SG.bench', SENDGRID_BASE_URL: bench.provider.url, SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
  }); // prettier-ignore
  const sms = await startChannel(bench, 'sms', {
    SMS_FROM: '+15005550006', PUBLIC_URL, TWILIO_ACCOUNT_SID: twilio.sid, TWILIO_AUTH_TOKEN: twilio.token, TWILIO_BASE_URL: bench.provider.url,
  }); // prettier-ignore
  const bare = await startChild('webhooks/bare-fastify.peer.ts', {}, bench.closers);
  const bareUrl = `http://127.0.0.1:${bare.port}`;
  const speeds = { sendgrid: [] as number[], twilio: [] as number[], bare: [] as number[], bareSingle: [] as number[] };
  let cutOff = 0;
  /** While slow clients hold connections to the service. */
  const besideSlow = async <T>(url: string, work: () => Promise<T>): Promise<T> => {
    const end = slowClients(url, SLOW);
    await delay(500);
    return work().finally(() => (cutOff += end()));
  };
  // One round more than is counted: compilers and connections settle in it.
  for (let round = 0; round <= rounds; round += 1) {
    const batches = sendgridBatches(Math.ceil(messages / EVENTS_A_BATCH), privateKey);
    const singles = twilioCallbacks(Math.ceil(messages / 5), PUBLIC_URL, twilio.sid, twilio.token);
    const sendgrid = (await besideSlow(email, () => atFullSpeed(email, batches, AT_A_TIME.batches))).perSecond * EVENTS_A_BATCH;
    const bareBatch = (await atFullSpeed(bareUrl, batches, AT_A_TIME.batches)).perSecond * EVENTS_A_BATCH;
    const single = (await besideSlow(sms, () => atFullSpeed(sms, singles, AT_A_TIME.singles))).perSecond;
    const bareSingle = (await atFullSpeed(bareUrl, singles, AT_A_TIME.singles)).perSecond;
    bench.say(`round ${round}: SendGrid in hundreds ${rounded(sendgrid)}/s (bare ${rounded(bareBatch)}/s), Twilio one by one ${rounded(single)}/s (bare ${rounded(bareSingle)}/s)`);
    if (round === 0) continue;
    speeds.sendgrid.push(sendgrid);
    speeds.twilio.push(single);
    speeds.bare.push(bareBatch);
    speeds.bareSingle.push(bareSingle);
  }
  bench.say(`SendGrid in hundreds, ${PACE} events a second for ${PACED_SECONDS} s`);
  const paced = sendgridBatches((PACE / EVENTS_A_BATCH) * PACED_SECONDS, privateKey);
  const tookMs = await besideSlow(email, () => atPace(email, paced, PACE / EVENTS_A_BATCH));
  return {
    sendgridBatch100: rounded(median(speeds.sendgrid)),
    twilioSingle: rounded(median(speeds.twilio)),
    bareFastify: rounded(median(speeds.bare)),
    bareFastifySingle: rounded(median(speeds.bareSingle)),
    p50Ms: rounded(percentile(tookMs, 0.5), 1),
    p99Ms: rounded(percentile(tookMs, 0.99), 1),
    slowConnections: SLOW,
    cutOff,
    othersShare: rounded(bench.othersShare, 2),
  };
}
