import { flag, milliseconds, secret } from '#libs/contracts';
import { z } from 'zod';

/** Settings of the database connection, the same in every service. */
export const postgresSettings = {
  DATABASE_URL: secret().describe(
    'PostgreSQL connection, such as postgres://user:password@host:5432/messaging. Each service keeps to a schema ' +
      'of its own.',
  ),
  DATABASE_SSL: z
    .enum(['disable', 'require', 'verify-full'])
    .default('disable')
    .describe(
      'TLS to PostgreSQL: disable; require (encrypted, certificate not checked); verify-full (certificate and ' +
        'host name checked).',
    ),
  DATABASE_SSL_CA_FILE: z
    .string()
    .optional()
    .describe('PEM file of the authority that signed the database’s certificate.'),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(2)
    .max(100)
    .default(8)
    .describe('Most connections one replica opens.'),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds(15_000).describe(
    'Give up on one statement after this many milliseconds.',
  ),
  DATABASE_MIGRATE: flag(true).describe(
    'Bring the schema up to date at start. Switch off where a job does that: the service then waits until the job has.',
  ),
};

const schema = z.object(postgresSettings);
export type PostgresConfig = z.infer<typeof schema>;
