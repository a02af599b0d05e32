import { createPool, migrate, postgresSettings } from '#libs/persistence';
import { z } from 'zod';
import { reportingMigrations } from '../../apps/reporting/src/reporting.migrations.ts';
import { rounded } from '../figures.ts';
import { load } from './load.ts';
import { ask } from './questions.ts';

const DAY_MS = 86_400_000;

/** How long loading and answers take on so many messages. */
export async function measureReporting(messages: number): Promise<object> {
  const settings = z.object(postgresSettings).parse({ ...process.env, DATABASE_STATEMENT_TIMEOUT_MS: '3600000' });
  const pool = createPool(settings, 'bench', () => undefined);
  await migrate(pool, 'reporting', reportingMigrations);
  const end = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const from = performance.now();
  await load(pool, messages, end);
  const loadS = rounded((performance.now() - from) / 1_000);
  const answers = await ask(pool, messages, end);
  await pool.end();
  return { ...answers, loadS };
}
