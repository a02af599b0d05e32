/** A PostgreSQL for postgres.int-spec.ts that lets nobody in without TLS. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, postgresLocation } from '../../apps/cli/src/stack/postgres/postgres-location.ts';
import { localDatabaseUrl, planPostgres } from '../../apps/cli/src/stack/postgres/postgres.ts';
import { loadSecrets } from '../../apps/cli/src/stack/settings/secrets.ts';
import { readSettings } from '../../apps/cli/src/stack/settings/settings.ts';
import type { ProcessPlan } from '../../apps/cli/src/stack/process/supervised-process.ts';
import pg from 'pg';
import { freePorts } from '../setup/free-ports.ts';
import { anAuthority } from './certificates.ts';
import { host, type Home } from '../setup/hosting.ts';

export interface SecuredPostgres {
  port: string;
  user: string;
  password: string;
  database: string;
  /** The authority of its certificate, which is for `localhost`, and one that has nothing to do with it. */
  files: Record<'ca' | 'otherCa', string>;
}

await host('secure', async (home) => {
  const [port] = (await freePorts(1)) as [string];
  const password = loadSecrets(home.layout).databasePassword;
  const authority = anAuthority('authority');
  const files = { ca: join(home.dataDir, 'ca.pem'), otherCa: join(home.dataDir, 'other-ca.pem') };
  writeFileSync(files.ca, authority.certificate);
  writeFileSync(files.otherCa, anAuthority('other authority').certificate);
  const url = new URL(localDatabaseUrl(Number(port), password, 'postgres'));
  const secured: SecuredPostgres = { port, user: url.username, password, database: 'postgres', files };
  await home.run(planSecured(home, port, url, authority.issue('localhost')));
  return secured;
});

/** The local PostgreSQL with a certificate, and rules that know only TLS. */
function planSecured(
  { dataDir, layout }: Home,
  port: string,
  url: URL,
  server: { certificate: string; key: string },
): ProcessPlan {
  const settings = readSettings({ ...process.env, DATA_DIR: dataDir, POSTGRES_PORT: port });
  const standard = planPostgres(settings, layout, loadSecrets(layout));
  const { home, owner } = postgresLocation(settings.root, settings.dataDir, layout);
  const rules = join(home, 'hba.conf');
  const certificate = join(home, 'server.pem');
  const key = join(home, 'server-key.pem');
  const options = { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key, hba_file: rules, fsync: 'off' };
  return {
    ...standard,
    args: [...standard.args, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    prepare: async (signal) => {
      await standard.prepare?.(signal);
      writeFileSync(rules, 'hostssl all all all scram-sha-256\n');
      writeFileSync(certificate, server.certificate);
      // PostgreSQL refuses a key that others may read.
      writeFileSync(key, server.key, { mode: 0o600 });
      giveTo(owner, home);
    },
    isReady: () => answers(url),
  };
}

async function answers(url: URL): Promise<boolean> {
  const client = new pg.Client({ connectionString: url.href, ssl: { rejectUnauthorized: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
