import { type Channel, channelTopics, type Lane, topicName } from '#libs/contracts';
import { type Chance, chanceOf } from './chance.policy.ts';

/** One record as upstream writes it. */
export interface UpstreamRecord {
  topic: string;
  key: string | null;
  messageId: string;
  value: string;
}

/** One message that upstream asks for, whatever number of records does so. */
export interface Asked {
  messageId: string;
  channel: Channel;
  lane: Lane;
  topic: string;
  key: string | null;
  /** Place in the order of publishing. */
  sequence: number;
  /** A copy was written under another key, so that its place in the order of a key is not known. */
  underOtherKeys: boolean;
}

export interface Workload {
  messages: Asked[];
  /** In the order of publishing; repeats included. */
  records: UpstreamRecord[];
}

export interface WorkloadOptions {
  seed: number;
  count: number;
  tenant: string;
  channels: readonly Channel[];
  /** Share of the messages that upstream writes twice. */
  repeated: number;
}

const lanes: readonly Lane[] = ['transactional', 'transactional', 'transactional', 'urgent', 'bulk'];

// Most are delivered; the others keep the final statuses apart. Sandbox: magic.policy.ts.
const mailboxes = [...Array<string>(30).fill('user'), 'bounce', 'deferred', 'late-bounce'];
const numbers = [...Array<string>(30).fill('+1202555'), '+15005550033', '+15005550001'];

/** What upstream publishes in a run: the same messages for the same seed. */
export function workloadOf(options: WorkloadOptions): Workload {
  const chance = chanceOf(options.seed, 'messages');
  const keys = Math.max(5, Math.round(options.count / 20));
  const messages = Array.from({ length: options.count }, (_, sequence) => messageOf(options, chance, keys, sequence));
  return { messages, records: recordsOf(messages, options, chance) };
}

function messageOf({ tenant, channels }: WorkloadOptions, chance: Chance, keys: number, sequence: number): Asked {
  const channel = chance.pick(channels);
  const lane = chance.pick(lanes);
  const key = chance.happens(0.1) ? null : `customer-${chance.between(0, keys)}`;
  const topic = topicName(channelTopics[channel].requested, 'messaging.', lane);
  return { messageId: `${tenant}-${sequence}`, channel, lane, topic, key, sequence, underOtherKeys: false };
}

/** A repeat comes at once, a little later, or a little later under another key. */
function recordsOf(messages: readonly Asked[], { tenant, repeated }: WorkloadOptions, chance: Chance): UpstreamRecord[] {
  const placed: { at: number; record: UpstreamRecord }[] = [];
  for (const message of messages) {
    const { messageId, topic, key, sequence } = message;
    const record = { messageId, topic, key, value: JSON.stringify(requestOf(message, tenant, chance)) };
    placed.push({ at: sequence, record });
    if (!chance.happens(repeated)) continue;
    message.underOtherKeys = chance.happens(0.4);
    const later = chance.happens(0.4) ? 0.5 : chance.between(1, 100) + 0.5;
    placed.push({ at: sequence + later, record: message.underOtherKeys ? { ...record, key: `other-${chance.between(0, 50)}` } : record });
  }
  return placed.sort((a, b) => a.at - b.at).map(({ record }) => record);
}

function requestOf({ messageId, channel, sequence }: Asked, tenant: string, chance: Chance): Record<string, unknown> {
  if (channel === 'email') {
    const box = chance.pick(mailboxes);
    return { messageId, tenant, to: [{ email: `${box}+${sequence}@inbox.test` }], subject: `Number ${sequence}`, text: 'Sent under chaos' };
  }
  const number = chance.pick(numbers);
  const to = number.length === 8 ? number + String(1_000 + (sequence % 9_000)) : number;
  return { messageId, tenant, to, body: `Number ${sequence}` };
}
