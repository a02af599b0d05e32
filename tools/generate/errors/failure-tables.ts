import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FailureRow, networkFailures } from '#libs/providers';

/** What one provider's codes mean. */
export interface FailureTable {
  /** Such as twilio; broken connections are `network`, whichever provider they go to. */
  provider: string;
  /** The file that holds it, from the root. */
  file: string;
  rows: readonly FailureRow[];
}

/**
 * The tables of every provider, as `apps/<channel>/src/providers/<name>/send/<name>.failures.ts` export them, and
 * that of the network.
 */
export async function failureTables(root: string): Promise<FailureTable[]> {
  const files = readdirSync(join(root, 'apps'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/src\/providers\/[^/]+\/send\/[^/]+\.failures\.ts$/.test(file))
    .map((file) => `apps/${file}`);
  const tables = await Promise.all(
    files.map(async (file) => ({ provider: file.split('/').at(-3)!, file, rows: await rowsOf(join(root, file)) })),
  );
  const network = {
    provider: 'network',
    file: 'libs/providers/src/failures/network.failures.ts',
    rows: networkFailures,
  };
  return [...tables.sort((a, b) => a.provider.localeCompare(b.provider)), network];
}

async function rowsOf(file: string): Promise<readonly FailureRow[]> {
  const exported = Object.values((await import(pathToFileURL(file).href)) as Record<string, unknown>).filter(
    Array.isArray,
  );
  if (exported.length !== 1) throw new Error(`${file} must export exactly one list: the failure table`);
  return exported[0] as FailureRow[];
}
