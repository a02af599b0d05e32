import { readFileSync } from 'node:fs';
import { flag, InvalidConfiguration, milliseconds, secret } from '#libs/contracts';
import type { KafkaConfig as ClientConfig, SASLOptions } from 'kafkajs';
import { z } from 'zod';

/** Settings of the Kafka connection, the same in every service. */
export const kafkaSettings = {
  KAFKA_BROKERS: z
    .string()
    .default('127.0.0.1:9092')
    .describe('Brokers to start from, host:port, separated by commas.'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/)
    .default('messaging.')
    .describe('Put before every topic and consumer group name.'),
  KAFKA_SSL: flag(false).describe('Speak TLS with the brokers.'),
  KAFKA_SSL_CA_FILE: z.string().optional().describe('PEM file of the authority that signed the brokers’ certificates.'),
  KAFKA_SSL_CERT_FILE: z.string().optional().describe('PEM file of the client’s certificate, for mutual TLS.'),
  KAFKA_SSL_KEY_FILE: z.string().optional().describe('PEM file of the client’s private key, for mutual TLS.'),
  // Brokers write mechanisms in capitals.
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['plain', 'scram-sha-256', 'scram-sha-512']))
    .optional()
    .describe('How to log in to the brokers; unset: no login.'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('User of the login.'),
  KAFKA_SASL_PASSWORD: secret().optional().describe('Password of the login.'),
  KAFKA_SESSION_TIMEOUT_MS: milliseconds(10_000).describe(
    'The group gives a silent replica’s partitions away after this many milliseconds: so long does a killed ' +
      'one’s work stand still.',
  ),
  KAFKA_INSTANCE_ID: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .optional()
    .describe(
      'A lasting name of this replica, such as the pod’s in a StatefulSet. With it a replica that restarts ' +
        'within KAFKA_SESSION_TIMEOUT_MS gets its partitions back and the others work on undisturbed; set that ' +
        'longer than a restart takes. Two replicas under one name: the older one stops consuming. Unset: a replica ' +
        'that stops leaves the group at once.',
    ),
  KAFKA_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1_000)
    .describe(
      'Records one replica works on at a time. The bulk lane takes at most 70 % of it and the transactional one ' +
        '90 %, so an urgent record finds a place.',
    ),
  KAFKA_PARTITION_WINDOW: z.coerce
    .number()
    .int()
    .min(1)
    .default(2_000)
    .describe('Most records of one partition held at a time; past that the partition pauses.'),
  KAFKA_ORDERING: z
    .enum(['key', 'partition', 'none'])
    .default('key')
    .describe('What goes one after another: the records of one key, all of one partition, or nothing.'),
  KAFKA_BYTES_WINDOW: z.coerce
    .number()
    .int()
    .min(1024 * 1024)
    .default(64 * 1024 * 1024)
    .describe('Most bytes of records held at a time; past that partitions pause.'),
  KAFKA_COMMIT_INTERVAL_MS: milliseconds(250).describe('How often finished offsets are committed, in milliseconds.'),
};

const schema = z.object(kafkaSettings);
export type KafkaConfig = z.infer<typeof schema>;

/** kafkajs's client settings of brokers, TLS and login. */
export function connectionOf(config: KafkaConfig): Pick<ClientConfig, 'brokers' | 'ssl' | 'sasl'> {
  return {
    brokers: config.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    ...(config.KAFKA_SSL && { ssl: tls(config) }),
    ...(config.KAFKA_SASL_MECHANISM && {
      sasl: {
        mechanism: config.KAFKA_SASL_MECHANISM,
        username: config.KAFKA_SASL_USERNAME ?? '',
        password: config.KAFKA_SASL_PASSWORD ?? '',
      } as SASLOptions,
    }),
  };
}

function tls(config: KafkaConfig): ClientConfig['ssl'] {
  const ca = pem(config, 'KAFKA_SSL_CA_FILE');
  const cert = pem(config, 'KAFKA_SSL_CERT_FILE');
  const key = pem(config, 'KAFKA_SSL_KEY_FILE');
  return { ...(ca && { ca: [ca] }), ...(cert && { cert }), ...(key && { key }) };
}

function pem(
  config: KafkaConfig,
  setting: 'KAFKA_SSL_CA_FILE' | 'KAFKA_SSL_CERT_FILE' | 'KAFKA_SSL_KEY_FILE',
): string | undefined {
  const file = config[setting];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidConfiguration(`${setting} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, {
      cause,
    });
  }
}
