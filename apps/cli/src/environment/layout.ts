import { join } from 'node:path';

/** The files and folders in DATA_DIR. `npm run reset` removes these and nothing else. */
export function layoutOf(dataDir: string) {
  return {
    kafka: join(dataDir, 'kafka'),
    postgres: join(dataDir, 'postgres'),
    postgresLocation: join(dataDir, 'postgres-place.json'),
    logs: join(dataDir, 'logs'),
    log: (name: string) => join(dataDir, 'logs', `${name}.log`),
    secrets: join(dataDir, 'secrets.json'),
    apiKey: join(dataDir, 'api-key'),
    custody: join(dataDir, 'custody'),
    sandbox: join(dataDir, 'sandbox.jsonl'),
    state: join(dataDir, 'state.json'),
    lock: join(dataDir, 'supervisor.lock'),
  };
}

export type Layout = ReturnType<typeof layoutOf>;
