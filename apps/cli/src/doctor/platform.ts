import { channelRegistry, topicNames } from '#libs/contracts';
import { type Finding, findingsOf } from '#libs/providers';
import { ledgerSettings } from '#libs/delivery-tables';
import { longestRetention } from '#libs/transport';
import { requireDatabase } from '../environment/external.ts';
import { createKafka, topicPrefixOf } from '../kafka/kafka-client.ts';
import { reasonOf } from '../errors.ts';
import { valueOf, type Env } from '../environment/env.ts';
import type { TopicChange } from '../kafka/topic-plan.ts';
import { planOf } from '../kafka/topics.ts';
import { platformChecks } from './platform.checks.ts';
import { examineCustody } from './custody.ts';
import { examineSchemas } from './schemas.ts';
import { examineReadiness } from './readiness.ts';
import { examineStandstill } from './standstill.ts';
import { examineStuckMessages } from './stuck-messages.ts';
import { examineUndecodable } from './undecodable.ts';

const say = findingsOf(platformChecks);
const DAY_MS = 86_400_000;

/** Checks Kafka, its topics, PostgreSQL, the services' schemas in it, their readiness, and what stands still. */
export async function examinePlatform(env: Env): Promise<Finding[]> {
  const examined = await Promise.all([
    examineKafka(env),
    examinePostgres(env),
    examineCustody(env),
    examineReadiness(env),
    examineStandstill(env),
  ]);
  return examined.flat();
}

async function examineKafka(env: Env): Promise<Finding[]> {
  try {
    const { changes } = await planOf(env);
    const reached = say.ok('kafka.reachable', env['KAFKA_BROKERS'] || '127.0.0.1:9092');
    const missing = changes.some(({ kind }) => kind === 'create');
    return [
      reached,
      topicFinding(changes),
      ...(missing ? [] : await Promise.all([examineRetention(env), examineUndecodable(env)])),
    ];
  } catch (error) {
    return [say.fail('kafka.reachable', reasonOf(error))];
  }
}

/**
 * Compaction would delete requests and facts, its absence old suppressions. With any other difference the platform
 * still works.
 */
function topicFinding(changes: readonly TopicChange[]): Finding {
  if (changes.length === 0) return say.ok('kafka.topics', 'as the contract says');
  const missing = changes.filter(({ kind }) => kind === 'create');
  if (missing.length > 0) return say.fail('kafka.topics', `missing: ${listed(missing.map(({ name }) => name))}`);
  const seen = listed(changes.map(differenceOf), '; ');
  return changes.some(losesRecords)
    ? say.fail('kafka.topics', `records are lost: ${seen}`)
    : say.warn('kafka.topics', seen);
}

const losesRecords = (change: TopicChange): boolean =>
  change.kind === 'configure' && change.changes.some(({ name }) => name === 'cleanup.policy');

function differenceOf(change: TopicChange): string {
  switch (change.kind) {
    case 'create':
      return `${change.name} is missing`;
    case 'add-partitions':
      return `${change.name} has ${change.from} of ${change.to} partitions`;
    case 'configure':
      return (
        `${change.name} has ` +
        `${change.changes.map(({ name, from = 'nothing', to }) => `${name} ${from} instead of ${to}`).join(', ')}`
      );
  }
}

const MOST_SHOWN = 4;

function listed(all: readonly string[], between = ', '): string {
  const more = all.length - MOST_SHOWN;
  return all.slice(0, MOST_SHOWN).join(between) + (more > 0 ? `${between}and ${more} more` : '');
}

async function examineRetention(env: Env): Promise<Finding> {
  const { data: days } = ledgerSettings.LEDGER_RETENTION_DAYS.safeParse(env['LEDGER_RETENTION_DAYS'] || undefined);
  if (days === undefined)
    return say.fail(
      'kafka.retention',
      'LEDGER_RETENTION_DAYS is not a number of days in its range',
      'Correct LEDGER_RETENTION_DAYS: docs/configuration.md says its range.',
    );
  const names = Object.values(channelRegistry).flatMap(({ requested }) => topicNames(requested, topicPrefixOf(env)));
  const keptDays = (await longestRetention(createKafka(env, 'doctor'), names)) / DAY_MS;
  const kept = Number.isFinite(keptDays) ? `${Math.ceil(keptDays)} days` : 'for ever';
  const seen = `the ledger remembers ${days} days, the request topics keep ${kept}`;
  return keptDays <= days ? say.ok('kafka.retention', seen) : say.fail('kafka.retention', seen);
}

async function examinePostgres(env: Env): Promise<Finding[]> {
  const url = valueOf(env, 'DATABASE_URL');
  if (!url) return [say.skipped('postgres.reachable', 'DATABASE_URL is not set, and no local system runs')];
  try {
    await requireDatabase(url, env);
  } catch (error) {
    return [say.fail('postgres.reachable', reasonOf(error))];
  }
  return [
    say.ok('postgres.reachable', 'it answers'),
    await examineSchemas(url, env),
    await examineStuckMessages(url, env),
  ];
}
