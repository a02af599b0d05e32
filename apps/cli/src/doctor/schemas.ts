import { type Finding, findingsOf } from '#libs/providers';
import { type Migration, pendingMigrations, postgresSettings } from '#libs/persistence';
import { deliveryMigrations } from '#libs/delivery-tables';
import { reportingMigrations } from '../../../reporting/src/reporting.migrations.ts';
import { migrations as retryMigrations } from '../../../retry/src/retry.migrations.ts';
import { smsMigrations } from '../../../sms/src/sms.migrations.ts';
import { withDatabase } from '../environment/external.ts';
import { reasonOf } from '../errors.ts';
import type { Env, ServiceName } from '../environment/env.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);

/** The migrations of each service's schema. */
export const schemas: Record<ServiceName, readonly Migration[]> = {
  email: deliveryMigrations,
  sms: smsMigrations,
  retry: retryMigrations,
  reporting: reportingMigrations,
};

/** Checks whether each service has its tables; some services migrate them as they start. */
export async function examineSchemas(url: string, env: Env): Promise<Finding> {
  let behind: string[];
  try {
    behind = await withDatabase(url, env, async (pool) => {
      const pending = await Promise.all(
        Object.entries(schemas).map(async ([schema, all]) => ({
          schema,
          all,
          missing: await pendingMigrations(pool, schema, all),
        })),
      );
      return pending
        .filter(({ missing }) => missing.length > 0)
        .map(({ schema, all, missing }) => `${schema} lacks ${missing.length} of ${all.length}`);
    });
  } catch (error) {
    return say.skipped('postgres.schema', `this login may not look: ${reasonOf(error)}`);
  }
  if (behind.length === 0) return say.ok('postgres.schema', 'up to date');
  const seen = `migrations to come: ${behind.join(', ')}`;
  const byThemselves = postgresSettings.DATABASE_MIGRATE.safeParse(env['DATABASE_MIGRATE'] || undefined).data !== false;
  return byThemselves
    ? say.ok('postgres.schema', `${seen}; each service applies its own as it starts`)
    : say.fail('postgres.schema', seen);
}
