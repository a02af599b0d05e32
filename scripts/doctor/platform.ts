import { channelTopics, type Finding, findingsOf, topicNames } from '#libs/contracts';
import { deliverySettings } from '#libs/delivery';
import { longestRetention } from '#libs/transport';
import { requireDatabase } from '../local/external.ts';
import { createKafka, topicPrefixOf } from '../local/kafka-client.ts';
import { reasonOf } from '../local/problem.ts';
import { valueOf, type Env } from '../local/settings.ts';
import { planOf } from '../local/topics.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);
const DAY_MS = 86_400_000;

/** Kafka, its topics, PostgreSQL. */
export async function examinePlatform(env: Env): Promise<Finding[]> {
  const [kafka, postgres] = await Promise.all([examineKafka(env), examinePostgres(env)]);
  return [...kafka, postgres];
}

async function examineKafka(env: Env): Promise<Finding[]> {
  try {
    const { changes } = await planOf(env);
    const reached = say.ok('kafka.reachable', env['KAFKA_BROKERS'] || '127.0.0.1:9092');
    const missing = changes.filter(({ kind }) => kind === 'create').length;
    if (missing > 0) return [reached, say.fail('kafka.topics', `${missing} of the contract’s topics are missing`)];
    const topics = changes.length === 0 ? say.ok('kafka.topics', 'as the contract says') : say.warn('kafka.topics', `${changes.length} differ from the contract`);
    return [reached, topics, await examineRetention(env)];
  } catch (error) {
    return [say.fail('kafka.reachable', reasonOf(error))];
  }
}

async function examineRetention(env: Env): Promise<Finding> {
  const days = deliverySettings.LEDGER_RETENTION_DAYS.parse(env['LEDGER_RETENTION_DAYS'] || undefined);
  const names = Object.values(channelTopics).flatMap(({ requested }) => topicNames(requested, topicPrefixOf(env)));
  const keptDays = (await longestRetention(createKafka(env, 'doctor'), names)) / DAY_MS;
  const kept = Number.isFinite(keptDays) ? `${Math.ceil(keptDays)} days` : 'for ever';
  const seen = `the ledger remembers ${days} days, the request topics keep ${kept}`;
  return keptDays <= days ? say.ok('kafka.retention', seen) : say.fail('kafka.retention', seen);
}

async function examinePostgres(env: Env): Promise<Finding> {
  const url = valueOf(env, 'DATABASE_URL');
  if (!url) return say.skipped('postgres.reachable', 'DATABASE_URL is not set, and no local system runs');
  try {
    await requireDatabase(url, env);
    return say.ok('postgres.reachable', 'it answers');
  } catch (error) {
    return say.fail('postgres.reachable', reasonOf(error));
  }
}
