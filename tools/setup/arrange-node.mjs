import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, root, say, Trouble } from './run.mjs';

const NEEDED = 24;
const link = join(root, 'node_modules', '.bin', 'node');
const packaged = `node-${process.platform}-${process.arch}`;

const majorOf = (version) => Number(/^v?(\d+)\./.exec(version ?? '')?.[1] ?? 0);

/**
 * Puts Node 24 first on the PATH of npm scripts: npm looks into node_modules/.bin before anything else.
 * It comes as an optional package; where there is none (macOS, musl), the machine's own Node must do.
 */
export function arrangeNode() {
  const target = join('..', packaged, 'bin', 'node');
  if (isLinkTo(target) && majorOf(outputOf(link, ['--version'])) >= NEEDED) return;
  rmSync(link, { force: true });
  if (majorOf(process.version) >= NEEDED) return;
  const binary = join(root, 'node_modules', packaged, 'bin', 'node');
  if (existsSync(binary) && majorOf(outputOf(binary, ['--version'])) >= NEEDED) {
    mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
    place(target);
    say(`npm scripts of this project run on Node ${outputOf(binary, ['--version']).trim()}`);
    return;
  }
  throw new Trouble(
    [
      `Node ${NEEDED} or newer is needed; this is ${process.version}, and the package ${packaged} that brings it ` +
        `${existsSync(binary) ? 'does not run here' : 'is not installed (there is none for every platform)'}.`,
      `  Remedy: install Node ${NEEDED} (https://nodejs.org, \`nvm install ${NEEDED}\`, ` +
        `macOS: \`brew install node@${NEEDED}\`),`,
      '  or, on Linux x64 and arm64, `npm ci --include=optional`.',
    ].join('\n'),
  );
}

function isLinkTo(target) {
  try {
    return lstatSync(link).isSymbolicLink() && readlinkSync(link) === target;
  } catch {
    return false;
  }
}

function place(target) {
  try {
    symlinkSync(target, link);
  } catch (error) {
    // Another set-up was quicker.
    if (error.code !== 'EEXIST') throw error;
  }
}
