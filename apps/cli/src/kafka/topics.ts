import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type DescribeConfigResponse } from 'kafkajs';
import { createKafka, topicPrefixOf } from './kafka-client.ts';
import { CliError } from '../errors.ts';
import type { Env } from '../environment/env.ts';
import {
  planTopics,
  wantedTopics,
  type ExistingTopic,
  type TopicChange,
  type TopicDefaults,
  type TopicPlan,
} from './topic-plan.ts';

// kafkajs is CommonJS, and Node does not detect this named export.
const { ConfigResourceTypes } = kafkajs;

/** The differences between the broker and the topic map. */
export function planOf(env: Env): Promise<TopicPlan> {
  return withAdmin(env, async (admin) => (await read(admin, env)).plan);
}

/**
 * Makes the broker's topics match the map; may be repeated.
 * @returns what it changed
 */
export function applyTopics(env: Env): Promise<TopicPlan> {
  return withAdmin(env, async (admin) => {
    const { plan, overrides } = await read(admin, env);
    await carryOut(admin, plan.changes, overrides);
    return plan;
  });
}

async function withAdmin<T>(env: Env, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = createKafka(env, 'topics').admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

type Overrides = Map<string, Record<string, string>>;

async function read(admin: Admin, env: Env): Promise<{ plan: TopicPlan; overrides: Overrides }> {
  const wanted = wantedTopics(defaultsOf(env));
  const there = new Set(await admin.listTopics());
  const names = wanted.map((topic) => topic.name).filter((name) => there.has(name));
  if (names.length === 0) return { plan: planTopics(wanted, []), overrides: new Map() };
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const resources = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name }));
  const described = await admin.describeConfigs({ resources, includeSynonyms: false });
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
  const existing: ExistingTopic[] = described.resources.map(({ resourceName, configEntries }) => ({
    name: resourceName,
    partitions: partitions.get(resourceName) ?? 0,
    config: Object.fromEntries(configEntries.map((entry) => [entry.configName, entry.configValue])),
  }));
  return { plan: planTopics(wanted, existing), overrides: overridesOf(described) };
}

const DYNAMIC_TOPIC_CONFIG = 1;

/** The settings that were set on a topic itself, by us or by an operator. */
function overridesOf({ resources }: DescribeConfigResponse): Overrides {
  return new Map(
    resources.map(({ resourceName, configEntries }) => {
      const own = configEntries.filter((entry) => Number(entry.configSource) === DYNAMIC_TOPIC_CONFIG);
      return [resourceName, Object.fromEntries(own.map((entry) => [entry.configName, entry.configValue]))];
    }),
  );
}

async function carryOut(admin: Admin, changes: readonly TopicChange[], overrides: Overrides): Promise<void> {
  const create = changes.filter((change) => change.kind === 'create');
  const grow = changes.filter((change) => change.kind === 'add-partitions');
  const configure = changes.filter((change) => change.kind === 'configure');
  if (create.length > 0) {
    await admin.createTopics({
      // kafkajs waits for leaders only where the broker knows the topic already, and fails where it does not yet.
      waitForLeaders: false,
      topics: create.map(({ name, partitions, replication, config }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: Object.entries(config).map(([entry, value]) => ({ name: entry, value })),
      })),
    });
    await untilLed(
      admin,
      create.map(({ name }) => name),
    );
  }
  if (grow.length > 0)
    await admin.createPartitions({ topicPartitions: grow.map(({ name, to }) => ({ topic: name, count: to })) });
  if (configure.length > 0) {
    const resources = configure.map(({ name, changes: settings }) => {
      // This request replaces all settings of a topic, so an operator's settings have to be included.
      const values = {
        ...overrides.get(name),
        ...Object.fromEntries(settings.map((setting) => [setting.name, setting.to])),
      };
      return {
        type: ConfigResourceTypes.TOPIC,
        name,
        configEntries: Object.entries(values).map(([entry, value]) => ({ name: entry, value })),
      };
    });
    await admin.alterConfigs({ validateOnly: false, resources });
  }
}

const LED_WITHIN_MS = 30_000;
const LOOK_MS = 100;
const notYet = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/** A broker learns of new topics, and of their leaders, a moment after the controller has made them. */
async function untilLed(admin: Admin, names: string[]): Promise<void> {
  const until = Date.now() + LED_WITHIN_MS;
  for (;;) {
    try {
      await admin.fetchTopicMetadata({ topics: names });
      return;
    } catch (error) {
      if (!notYet.has((error as { type?: string }).type ?? '') || Date.now() > until) throw error;
    }
    await delay(LOOK_MS);
  }
}

/** @throws CliError naming a setting that is not a number in its range */
export function defaultsOf(env: Env): TopicDefaults {
  return {
    prefix: topicPrefixOf(env),
    partitions: count(env, 'KAFKA_TOPIC_PARTITIONS', 1) ?? 6,
    replication: count(env, 'KAFKA_TOPIC_REPLICATION', -1) ?? -1,
    minInSyncReplicas: count(env, 'KAFKA_TOPIC_MIN_INSYNC_REPLICAS', 1),
  };
}

function count(env: Env, name: string, least: number): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value !== 0 && value <= 10_000) return value;
  throw new CliError(
    `${name} must be a whole number${least === -1 ? ', or -1 for the broker’s default' : ` of at least ${least}`}.`,
  );
}
