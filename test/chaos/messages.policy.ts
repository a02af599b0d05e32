import { type Channel, channelRegistry, type Lane, topicName } from '#libs/contracts';
import { type Chance, chanceOf } from './check/chance.policy.ts';

/** One record as upstream writes it. */
export interface UpstreamRecord {
  topic: string;
  key: string | null;
  messageId: string;
  value: string;
}

/** One message that upstream asks for, whatever number of records does so. */
export interface Parsed {
  messageId: string;
  channel: Channel;
  lane: Lane;
  topic: string;
  key: string | null;
  /** Place in the order of publishing. */
  sequence: number;
  recipients: string[];
  /** A copy was written under another key, so that its place in the order of a key is not known. */
  underOtherKeys: boolean;
}

export interface Workload {
  messages: Parsed[];
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
const recipientCounts = [...Array<number>(8).fill(1), 2, 4];

/** Now and then a campaign goes out: bulk e-mails of one content, one after another, to many customers. */
const campaigns = { every: 150, size: 25 };

/** What upstream publishes in a run: the same messages for the same seed. */
export function workloadOf(options: WorkloadOptions): Workload {
  const chance = chanceOf(options.seed, 'messages');
  const keys = Math.max(5, Math.round(options.count / 20));
  const messages = Array.from({ length: options.count }, (_, sequence) => messageOf(options, chance, keys, sequence));
  return { messages, records: recordsOf(messages, options, chance) };
}

/** The campaign that a place in the order of publishing belongs to. */
function campaignOf(sequence: number): number | undefined {
  return sequence % campaigns.every < campaigns.size ? Math.floor(sequence / campaigns.every) : undefined;
}

function messageOf({ tenant, channels }: WorkloadOptions, chance: Chance, keys: number, sequence: number): Parsed {
  const ofCampaign = campaignOf(sequence) !== undefined && channels.includes('email');
  const channel = ofCampaign ? 'email' : chance.pick(channels);
  const lane = ofCampaign ? 'bulk' : chance.pick(lanes);
  const key = chance.happens(0.1) ? null : `customer-${chance.between(0, keys)}`;
  const topic = topicName(channelRegistry[channel].requested, 'messaging.', lane);
  const recipients =
    channel === 'sms'
      ? [numberOf(chance, sequence)]
      : boxesOf(chance, sequence, ofCampaign ? 1 : chance.pick(recipientCounts));
  return { messageId: `${tenant}-${sequence}`, channel, lane, topic, key, sequence, recipients, underOtherKeys: false };
}

const boxesOf = (chance: Chance, sequence: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${chance.pick(mailboxes)}+${sequence}-${index}@inbox.test`);

function numberOf(chance: Chance, sequence: number): string {
  const number = chance.pick(numbers);
  return number.length === 8 ? number + String(1_000 + (sequence % 9_000)) : number;
}

/** A repeat comes at once, a little later, or a little later under another key. */
function recordsOf(
  messages: readonly Parsed[],
  { tenant, repeated }: WorkloadOptions,
  chance: Chance,
): UpstreamRecord[] {
  const placed: { at: number; record: UpstreamRecord }[] = [];
  for (const message of messages) {
    const { messageId, topic, key, sequence } = message;
    const record = { messageId, topic, key, value: JSON.stringify(requestOf(message, tenant)) };
    placed.push({ at: sequence, record });
    if (!chance.happens(repeated)) continue;
    message.underOtherKeys = chance.happens(0.4);
    const later = chance.happens(0.4) ? 0.5 : chance.between(1, 100) + 0.5;
    placed.push({
      at: sequence + later,
      record: message.underOtherKeys ? { ...record, key: `other-${chance.between(0, 50)}` } : record,
    });
  }
  return placed.sort((a, b) => a.at - b.at).map(({ record }) => record);
}

function requestOf({ messageId, channel, sequence, recipients }: Parsed, tenant: string): Record<string, unknown> {
  const [first = '', ...others] = recipients;
  if (channel === 'sms') return { messageId, tenant, to: first, body: `Number ${sequence}` };
  const campaign = campaignOf(sequence);
  const subject = campaign === undefined ? `Number ${sequence}` : `Campaign ${campaign}`;
  // The last of several is copied in.
  const [to, cc] = others.length > 1 ? [recipients.slice(0, -1), recipients.slice(-1)] : [recipients, []];
  return {
    messageId,
    tenant,
    to: to.map(box),
    ...(cc.length > 0 && { cc: cc.map(box) }),
    subject,
    text: 'Sent under chaos',
  };
}

const box = (email: string) => ({ email });
