import { topicNames, topics, type Topic } from '#libs/contracts';

export interface WantedTopic {
  name: string;
  partitions: number;
  /** -1: the broker's default. */
  replication: number;
  config: Record<string, string>;
}

export interface ExistingTopic {
  name: string;
  partitions: number;
  /** The topic's current settings, defaults included. */
  config: Record<string, string>;
}

export interface ConfigChange {
  name: string;
  from: string | undefined;
  to: string;
}

export type TopicChange =
  | ({ kind: 'create' } & WantedTopic)
  | { kind: 'add-partitions'; name: string; from: number; to: number }
  | { kind: 'configure'; name: string; changes: ConfigChange[] };

export interface TopicPlan {
  changes: TopicChange[];
  /** Differences that cannot be changed, in plain words. */
  notes: string[];
}

export interface TopicDefaults {
  prefix: string;
  partitions: number;
  replication: number;
  minInSyncReplicas?: number | undefined;
}

const HOUR_MS = 3_600_000;
/** Headers and framing are added to a record's value. */
const FRAMING_BYTES = 64 * 1024;

/** Every topic of the map, as it should be on a broker. */
export function wantedTopics(defaults: TopicDefaults): WantedTopic[] {
  return Object.values(topics).flatMap((topic: Topic) =>
    topicNames(topic, defaults.prefix).map((name) => ({
      name,
      partitions: defaults.partitions,
      replication: defaults.replication,
      config: configOf(topic, defaults),
    })),
  );
}

function configOf(topic: Topic, { minInSyncReplicas }: TopicDefaults): Record<string, string> {
  return {
    'max.message.bytes': String(topic.maxBytes + FRAMING_BYTES),
    ...(topic.compacted
      ? { 'cleanup.policy': 'compact' }
      : {
          'cleanup.policy': 'delete',
          'retention.ms': String(topic.retentionHours * HOUR_MS),
          // Kafka deletes whole segments: with its default of a week, records would outlive their retention by as much,
          // and a request could come back after the ledger has forgotten it.
          'segment.ms': String(24 * HOUR_MS),
        }),
    ...(topic.brokerTime && { 'message.timestamp.type': 'LogAppendTime' }),
    ...(minInSyncReplicas !== undefined && { 'min.insync.replicas': String(minInSyncReplicas) }),
  };
}

/** The changes from the existing topics to the wanted ones. Partitions are only ever added. */
export function planTopics(wanted: readonly WantedTopic[], existing: readonly ExistingTopic[]): TopicPlan {
  const known = new Map(existing.map((topic) => [topic.name, topic]));
  const plan: TopicPlan = { changes: [], notes: [] };
  for (const topic of wanted) {
    const now = known.get(topic.name);
    if (!now) {
      plan.changes.push({ kind: 'create', ...topic });
      continue;
    }
    if (now.partitions < topic.partitions)
      plan.changes.push({ kind: 'add-partitions', name: topic.name, from: now.partitions, to: topic.partitions });
    if (now.partitions > topic.partitions) {
      plan.notes.push(
        `${topic.name} has ${now.partitions} partitions, more than the ${topic.partitions} wanted: Kafka cannot ` +
          'take any away, so they stay.',
      );
    }
    const changes = Object.entries(topic.config)
      .map(([name, to]) => ({ name, from: now.config[name], to }))
      .filter(({ from, to }) => from !== to);
    if (changes.length > 0) plan.changes.push({ kind: 'configure', name: topic.name, changes });
  }
  return plan;
}

/** A change in one line. */
export function describeChange(change: TopicChange): string {
  switch (change.kind) {
    case 'create': {
      const config = Object.entries(change.config)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
      const replication =
        change.replication === -1 ? "broker's default replication" : `replication ${change.replication}`;
      return `+ ${change.name}: create, ${change.partitions} partitions, ${replication}, ${config}`;
    }
    case 'add-partitions':
      return (
        `~ ${change.name}: ${change.from} → ${change.to} partitions (keys may move to other partitions: records in ` +
        'flight may overtake)'
      );
    case 'configure':
      return (
        `~ ${change.name}: ` +
        `${change.changes.map(({ name, from, to }) => `${name} ${from ?? 'unset'} → ${to}`).join(', ')}`
      );
  }
}
