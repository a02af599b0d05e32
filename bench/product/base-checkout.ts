import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** This product before dispatch became a pipeline: what it costs today is held against it. */
export const BASE = '06573fd';

const root = join(import.meta.dirname, '..', '..');

/**
 * A checkout of `BASE` with packages and a build of its own, in `.data/bench`. It is made once, which takes two or
 * three minutes, and kept.
 * @returns its folder, or why there is none
 */
export async function baseCheckout(say: (line: string) => void): Promise<string | { missing: string }> {
  const folder = join(root, '.data', 'bench', BASE);
  const stamp = join(folder, '.ready');
  if (existsSync(stamp)) return folder;
  if (!hasCommit())
    return { missing: `commit ${BASE} is not in this repository (a shallow clone: git fetch --unshallow brings it)` };
  say(`making a checkout of ${BASE}, with packages and a build of its own: two or three minutes, once`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, '..'), { recursive: true });
  git('clone', '--quiet', '--shared', '--no-checkout', root, folder);
  git('-C', folder, 'checkout', '--quiet', '--detach', BASE);
  // Its own set-up: `npm ci` and the build, as `npm start` does them there.
  const setup = spawn(process.execPath, ['scripts/setup.mjs', '--build'], {
    cwd: folder,
    env: withoutNpm(process.env),
    stdio: ['ignore', 2, 2],
  });
  const [code] = (await once(setup, 'exit')) as [number | null];
  if (code !== 0) return { missing: `the set-up of ${BASE} in ${folder} failed; its output is above` };
  writeFileSync(stamp, '');
  return folder;
}

function hasCommit(): boolean {
  try {
    git('-C', root, 'cat-file', '-e', `${BASE}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

const git = (...args: string[]) => execFileSync('git', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** What npm tells its scripts is about this repository. The path of npm itself is the same for all. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => name === 'npm_execpath' || !/^(npm_|INIT_CWD$)/.test(name));
  return Object.fromEntries(kept);
}
