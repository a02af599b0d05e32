import { channelRegistry, type Channel, InvalidConfiguration, topicNames } from '#libs/contracts';
import { longestRetention } from '#libs/transport';
import type { Kafka } from 'kafkajs';

const DAY_MS = 86_400_000;

/**
 * The ledger must remember a request for as long as its record can be read: otherwise it would be sent twice after an
 * offset reset (docs/adr/0015).
 * @throws InvalidConfiguration when the ledger's retention is shorter than that of the request topics;
 * InfrastructureDown when the topics cannot be read
 */
export async function requireLongMemory(
  kafka: Kafka,
  channel: Channel,
  config: { KAFKA_TOPIC_PREFIX: string; LEDGER_RETENTION_DAYS: number },
): Promise<void> {
  const names = topicNames(channelRegistry[channel].requested, config.KAFKA_TOPIC_PREFIX);
  const kept = await longestRetention(kafka, names);
  if (kept <= config.LEDGER_RETENTION_DAYS * DAY_MS) return;
  const days = Number.isFinite(kept) ? `${Math.ceil(kept / DAY_MS)} days (retention.ms and segment.ms)` : 'for ever';
  throw new InvalidConfiguration(
    `LEDGER_RETENTION_DAYS is ${config.LEDGER_RETENTION_DAYS}, but ${names.join(', ')} keep requests ${days}: ` +
      'one read again after the ledger has forgotten it would be sent twice. Raise LEDGER_RETENTION_DAYS, or ' +
      'lower the retention of the topics (messaging topics apply).',
  );
}
