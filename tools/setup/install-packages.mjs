import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root, run, say, stopwatch, Trouble } from './run.mjs';

/** `npm ci`, where node_modules is missing or holds other versions than package-lock.json. */
export async function installPackages() {
  const reason = staleness();
  if (!reason) return;
  const took = stopwatch();
  say(`installing packages: ${reason} (a minute or two on a first run)`);
  const [command, first] = npm();
  // Named kinds, since NODE_ENV=production or a user's npmrc would leave some out: the compiler, or Node 24 itself.
  const code = await run(command, [...first, 'ci', '--include=dev', '--include=optional']);
  if (code === null) throw new Trouble('npm is not on the PATH. It comes with Node.js: https://nodejs.org');
  if (code !== 0)
    throw new Trouble(`npm ci failed (exit code ${code}); its output above says why. Then run the same command again.`);
  say(`packages installed in ${took()}`);
}

/** The npm that started us, which need not be the one on the PATH. */
function npm() {
  const path = process.env.npm_execpath;
  return path && basename(path).startsWith('npm-cli') ? [process.execPath, [path]] : ['npm', []];
}

/**
 * npm's own record in node_modules is written last and names what is installed: comparing it with the lock file tells
 * more than a stamp of ours would, for an `npm ci` or `npm install` by hand counts as well.
 */
function staleness() {
  if (!existsSync(join(root, 'node_modules'))) return 'none are there yet';
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!installed) return 'an earlier installation did not finish';
  for (const [path, wanted] of Object.entries(packagesOf('package-lock.json') ?? {})) {
    if (path === '' || wanted.optional || wanted.devOptional) continue;
    if (installed[path]?.version !== wanted.version)
      return `${path.replace(/^.*node_modules\//, '')} is not at ${wanted.version}`;
  }
  return undefined;
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
