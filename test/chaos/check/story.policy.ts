import type { Channel, ControlTarget, Lane, StatusChanged } from '#libs/contracts';

/** A message that Kafka has acknowledged. */
export interface Published {
  messageId: string;
  channel: Channel;
  lane: Lane;
  topic: string;
  key: string | null;
  /** Place in the order of publishing. */
  sequence: number;
  recipients: readonly string[];
  underOtherKeys: boolean;
}

/** One send of one message that the provider accepted, by its own record. */
export interface AcceptedSend {
  messageId: string;
  /** The provider's id of the request: messages that went together share it. */
  requestId: string;
  recipients: readonly string[];
  callId: string | null;
  /** Milliseconds since 1970. */
  acceptedAt: number;
  /** The provider has told us that it was delivered to everybody, and we took those webhooks. */
  reportedDelivered: boolean;
  /** Webhooks of it are still to be told. */
  telling: boolean;
  /** The provider has given up telling something of it: we could not take the webhook as often as it tried. */
  stoppedReporting: boolean;
}

/** Where a message stands in the end, as reporting shows it. */
export interface Shown {
  messageId: string;
  status: string;
  final: boolean;
}

/** A fact from `status.changed`. */
export interface RecordedFact {
  fact: StatusChanged;
  /** When the broker took it (stamp.ts), milliseconds since 1970. */
  recordedAt: number;
}

/** A record that a service has put into `unreadable`: the messages of a run are all good, so nothing excuses that. */
export interface Quarantined {
  messageId: string;
  what: string;
}

/** When nothing of a target may have been called: from `done` until it was resumed. Milliseconds since 1970. */
export interface PausedTime {
  target: ControlTarget;
  from: number;
  to: number;
}

/** Everything the checker compares; each list comes from somebody else. */
export interface Evidence {
  published: readonly Published[];
  sends: readonly AcceptedSend[];
  shown: readonly Shown[];
  /** In the order of the topic. */
  facts: readonly RecordedFact[];
  quarantined: readonly Quarantined[];
  /** When what was paused by an operator. */
  paused?: readonly PausedTime[];
  /** How many dead letters operators sent on their way again. */
  redriven?: number;
  /** Services that ended by themselves, in the words of their supervisor. */
  crashes: readonly string[];
}

/** What the lists say of one message. */
export interface Story {
  published: Published;
  sends: AcceptedSend[];
  shown: Shown | undefined;
  facts: RecordedFact[];
}

/** The lists by message. */
export function storiesOf({ published, sends, shown, facts }: Evidence): Story[] {
  const stories = new Map<string, Story>(
    published.map((message) => [message.messageId, { published: message, sends: [], shown: undefined, facts: [] }]),
  );
  for (const send of sends) stories.get(send.messageId)?.sends.push(send);
  for (const each of shown) Object.assign(stories.get(each.messageId) ?? {}, { shown: each });
  for (const each of facts) stories.get(each.fact.messageId ?? '')?.facts.push(each);
  return [...stories.values()];
}

/** The hop of an accepted send, as far as any fact tells of its call. */
export function hopOf({ facts }: Story, { callId }: AcceptedSend): number | undefined {
  return callId === null
    ? undefined
    : facts.find(({ fact }) => fact.callId === callId && fact.hop !== undefined)?.fact.hop;
}

/** A fact in which retry gives up looking for the lost answer of a hop. */
export const closes = ({ status, final, source }: StatusChanged): boolean =>
  status === 'unconfirmed' && final && source === 'retry';
