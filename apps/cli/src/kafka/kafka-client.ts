import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { CliError } from '../errors.ts';
import { valueOf, type Env } from '../environment/env.ts';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** A Kafka client with the services' settings (docs/configuration.md). It logs nothing: errors are thrown. */
export function createKafka(env: Env, clientId: string): Kafka {
  return new Kafka({
    ...connectionOf(env),
    clientId: `messaging-${clientId}`,
    connectionTimeout: 5_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 6 },
    logLevel: logLevel.NOTHING,
  });
}

export const topicPrefixOf = (env: Env): string => env['KAFKA_TOPIC_PREFIX'] ?? 'messaging.';

/**
 * kafkajs's connection settings.
 * @throws CliError naming an invalid setting
 */
export function connectionOf(env: Env): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  const brokers = (env['KAFKA_BROKERS'] || '127.0.0.1:9092').split(',').map((broker) => broker.trim());
  const wrong = brokers.find((broker) => !/^[^\s:/]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(broker));
  if (wrong !== undefined) {
    throw new CliError('KAFKA_BROKERS must be host:port, several separated by commas.', [
      'KAFKA_BROKERS=broker-1:9092,broker-2:9092',
    ]);
  }
  return { brokers, ...(isOn(env['KAFKA_SSL']) && { ssl: tlsOf(env) }), ...saslOf(env) };
}

const isOn = (value: string | undefined) =>
  ['true', '1', 'yes', 'on', 'y', 'enabled'].includes((value ?? '').toLowerCase());

function tlsOf(env: Env): KafkaConfig['ssl'] {
  const pem = (name: string) => {
    const file = env[name];
    if (!file) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (cause) {
      throw new CliError(`${name} names a file that cannot be read: ${file}.`, ['correct the path', `unset ${name}`], {
        cause,
      });
    }
  };
  const ca = pem('KAFKA_SSL_CA_FILE');
  const cert = pem('KAFKA_SSL_CERT_FILE');
  const key = pem('KAFKA_SSL_KEY_FILE');
  return { ...(ca && { ca: [ca] }), ...(cert && { cert }), ...(key && { key }) };
}

function saslOf(env: Env): { sasl?: SASLOptions } {
  const given = env['KAFKA_SASL_MECHANISM'];
  if (!given) return {};
  const mechanism = mechanisms.find((known) => known === given.toLowerCase());
  if (!mechanism) throw new CliError(`KAFKA_SASL_MECHANISM must be one of ${mechanisms.join(', ')}.`);
  const username = valueOf(env, 'KAFKA_SASL_USERNAME') ?? '';
  return { sasl: { mechanism, username, password: valueOf(env, 'KAFKA_SASL_PASSWORD') ?? '' } as SASLOptions };
}
