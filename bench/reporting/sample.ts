import { createHash } from 'node:crypto';
import { type Channel, identityKey, type Lane } from '#libs/contracts';
import type { KeptFact } from '../../apps/reporting/src/projection/fact.ts';

export const TENANTS = 20;
const TEMPLATES_OF_TENANT = 10;
const COUNTRIES = 60;
/** Over so many days messages were asked for. */
export const DAYS = 90;
const RECIPIENTS = 50_000;
const DAY_MS = 86_400_000;

/** A message with all that is reported of it. */
export interface SampleMessage {
  id: string;
  tenant: string;
  channel: Channel;
  messageId: string;
  recipient: string;
  facts: KeptFact[];
}

/**
 * Every fourth message is a text; the same index gives the same message.
 * @param end ms since 1970: the last day ends
 */
export function sampleMessage(index: number, end: number): SampleMessage {
  const random = chance(index);
  const isText = index % 4 === 3;
  const tenant = `tenant-${random(TENANTS)}`;
  const channel: Channel = isText ? 'sms' : 'email';
  const messageId = `bench-${index}`;
  const asked = end - DAYS * DAY_MS + random(DAYS * DAY_MS);
  const recipient = uuidOf(`recipient-${random(RECIPIENTS)}`);
  const who = { hash: recipient, mask: 'a***@inbox.test' };
  const provider = isText ? 'twilio' : random(10) < 8 ? 'sendgrid' : 'resend';
  const template = `template-${tenant}-${random(TEMPLATES_OF_TENANT)}`;
  const lanes: Lane[] = ['urgent', 'transactional', 'transactional', 'bulk'];
  const fact = (step: number, at: number, more: Partial<KeptFact> & Pick<KeptFact, 'status' | 'source'>): KeptFact => ({
    eventId: uuidOf(`${messageId}-${step}`),
    final: false,
    at: new Date(at).toISOString(),
    hop: 1,
    attempt: 1,
    provider,
    providerMessageId: `${provider}-${messageId}`,
    ...more,
  });
  const took = 300 * 2 ** (random(900) / 100);
  const isDelivered = random(100) < 96;
  const fate = isDelivered ? 'delivered' : random(2) ? 'bounced' : 'failed';
  const failure = { kind: 'bad-recipient', code: '550', meaning: 'No such user.', remedy: '', retry: 'never' } as const;
  const request: KeptFact = {
    eventId: uuidOf(`${messageId}-0`),
    status: 'accepted',
    final: false,
    at: new Date(asked).toISOString(),
    source: 'request',
    lane: lanes[random(lanes.length)],
    category: 'orders',
    recipients: [who],
    templates: [template],
    tags: [`campaign-${random(5)}`],
    ...(isText && { country: countryOf(random(COUNTRIES)) }),
  };
  const third = fact(2, asked + took, {
    status: fate,
    source: 'receipt',
    final: true,
    ...(!isDelivered && { failure }),
  });
  const fourth = isText
    ? fact(3, asked + took - 50, { status: 'delayed', source: 'receipt' })
    : fact(3, asked + took + 60_000, { status: 'opened', source: 'receipt' });
  const sent = fact(1, asked + 150, {
    status: 'sent',
    source: channel,
    recipients: [who],
    ...(isText && { segments: 1 + random(3) }),
  });
  return {
    id: identityKey({ tenant, channel, messageId }),
    tenant,
    channel,
    messageId,
    recipient,
    facts: [request, sent, third, fourth],
  };
}

/** Two letters for each of the countries. */
const countryOf = (index: number): string =>
  String.fromCharCode(65 + Math.floor(index / 26)) + String.fromCharCode(65 + (index % 26));

function uuidOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function chance(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  for (let warm = 0; warm < 5; warm += 1) next();
  return (below) => next() % below;
}
