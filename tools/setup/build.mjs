import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, run, say, stopwatch, Trouble } from './run.mjs';

const stamp = join(root, 'dist', '.build-hash');

/** Compiles apps and libs into dist/, where the sources changed since the last time. */
export async function build() {
  const sources = sourceFiles();
  const hash = hashOf([...sources, 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && existsSync(join(root, 'dist', 'apps'))) return;
  const took = stopwatch();
  say('building the services');
  rmSync(stamp, { force: true });
  if (!existsSync(join(root, 'dist', 'apps'))) rmSync(join(root, 'dist', 'build.tsbuildinfo'), { force: true });
  const code = await run(process.execPath, [
    join('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
  if (code !== 0) throw new Trouble('The build failed: the compiler says above where.');
  dropLeftovers();
  copyAssets(sources);
  writeFileSync(stamp, hash);
  say(`built in ${took()}`);
}

function sourceFiles() {
  return ['apps', 'libs'].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((name) => filesBelow(join(group, name, 'src'))),
  );
}

function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}:${content.length};`).update(content);
  }
  return hash.digest('hex');
}

/** What was compiled from a source that is gone, lest a removed migration still runs. */
function dropLeftovers() {
  for (const file of [...filesBelow(join('dist', 'apps')), ...filesBelow(join('dist', 'libs'))]) {
    const source = file.slice('dist'.length + 1).replace(/\.js(\.map)?$/, '.ts');
    if (!existsSync(join(root, source))) rmSync(join(root, file));
  }
}

/** Pages, SQL and the like, which the compiler leaves where they are; not what only tests read. */
function copyAssets(sources) {
  for (const file of sources.filter((name) => !/\.(ts|md)$|\/fixtures\//.test(name))) {
    const target = join(root, 'dist', file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file), target);
  }
}
