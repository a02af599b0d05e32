import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';

/** Product: what is shipped. Support: what it is tested, measured, built and run with. */
export interface Sources {
  product: string[];
  support: string[];
}

const TESTS = /\.(spec|int-spec|e2e-spec)\.ts$|^(apps|libs)\/[^/]+\/test\/|^libs\/testing\//;
const PRODUCT = /^(apps|libs)\//;
const SUPPORT = /^(test|bench|tools|deploy)\//;

/** Source files of a repository: what git knows and what is new to it, and is there. */
export function sourcesOf(root: string): Sources {
  const files = gitFiles(root).filter((file) => /\.(ts|mjs|js)$/.test(file) && !file.endsWith('.d.ts'));
  return {
    product: files.filter((file) => PRODUCT.test(file) && !TESTS.test(file)),
    support: files.filter((file) => TESTS.test(file) || SUPPORT.test(file)),
  };
}

/** Paths from the root, sorted. */
export function gitFiles(root: string): string[] {
  const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const files = output.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
  return [...new Set(files)].sort();
}

/** Tables of data are what the formatter leaves alone: the first paragraph of .prettierignore. */
export function tablesOf(root: string): (file: string) => boolean {
  const [first = ''] = readFileSync(join(root, '.prettierignore'), 'utf8').split('\n\n');
  const globs = first.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (file) => globs.some((glob) => matchesGlob(file, glob));
}
