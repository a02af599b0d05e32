/**
 * Carries out a Dockerfile in folders of their own, without a Docker engine: each stage a folder, what COPY and RUN say
 * in their order. Packages are not fetched again: they are linked from this checkout's, as `npm ci` would choose them.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, matchesGlob } from 'node:path';

/** @returns the folder of the last stage, which stands for the image's / */
export function replay(root: string, dockerfile: string, into: string): string {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const line of instructionsOf(readFileSync(join(root, dockerfile), 'utf8'))) {
    const [word = '', ...words] = line.split(/\s+/);
    if (word === 'FROM') {
      const name = words[words.indexOf('AS') + 1] ?? 'image';
      stage = new Stage(root, join(into, words.includes('AS') ? name : 'image'), ignoredBy(root, dockerfile));
      stages.set(name, stage);
    } else if (word === 'WORKDIR') stage!.workdir = words[0]!;
    else if (word === 'COPY') copy(stage!, stages, words);
    else if (word === 'RUN') stage!.run(line.slice('RUN '.length));
    else if (!['ARG', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD'].includes(word))
      throw new Error(`this replay does not know ${word}`);
  }
  return stage!.folder;
}

/** Without comments, a continued line in one piece. */
const instructionsOf = (text: string) =>
  text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');

function copy(stage: Stage, stages: Map<string, Stage>, words: string[]): void {
  const from = words[0]!.startsWith('--from=') ? stages.get(words.shift()!.slice('--from='.length))! : undefined;
  const target = words.pop()!;
  for (const source of words)
    stage.copy(from, source, words.length > 1 || target.endsWith('/') ? join(target, basename(source)) : target);
}

class Stage {
  workdir = '/';

  constructor(
    readonly root: string,
    readonly folder: string,
    readonly isIgnored: (file: string) => boolean,
  ) {}

  copy(from: Stage | undefined, source: string, target: string): void {
    const here = this.at(target);
    mkdirSync(dirname(here), { recursive: true });
    const origin = from ? from.at(source) : join(this.root, source);
    cpSync(origin, here, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) =>
        from !== undefined || statSync(file).isDirectory() || !this.isIgnored(file.slice(this.root.length + 1)),
    });
  }

  /** Carries out what the Dockerfile's commands come to; anything else it refuses. */
  run(command: string): void {
    for (const part of command.split(' && ')) {
      if (part.startsWith('npm ci')) this.install(part);
      else if (part.startsWith('rm -rf ')) this.remove(part.slice('rm -rf '.length));
      else if (part.startsWith('npx tsc ')) this.compile(part.slice('npx tsc '.length).split(' '));
      else throw new Error(`this replay does not know: ${part}`);
    }
  }

  private install(command: string): void {
    if (!command.includes('--ignore-scripts')) throw new Error('install scripts of ours need the tools');
    const lock = JSON.parse(readFileSync(this.at('package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean }>;
    };
    const omitted = (dev = false) => dev && command.includes('--omit=dev');
    for (const [path, { dev }] of Object.entries(lock.packages)) {
      if (path.lastIndexOf('node_modules/') !== 0 || omitted(dev) || !existsSync(join(this.root, path))) continue;
      mkdirSync(dirname(this.at(path)), { recursive: true });
      symlinkSync(join(this.root, path), this.at(path));
    }
  }

  private remove(pattern: string): void {
    for (const file of globSync(pattern.split(' '), { cwd: this.at('.') })) rmSync(this.at(file), { recursive: true });
  }

  private compile(args: string[]): void {
    const tsc = join(this.root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = spawnSync(
      process.execPath,
      [tsc, '--incremental', 'false', '--tsBuildInfoFile', 'null', ...args],
      {
        cwd: this.at('.'),
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`the compiler refuses:\n${stdout}`);
  }

  /** Where a path of the stage is on this machine. */
  private at(path: string): string {
    return join(this.folder, path.startsWith('/') ? path : join(this.workdir, path));
  }
}

/** The last pattern that fits decides; one that fits a folder fits all below it. */
function ignoredBy(root: string, dockerfile: string): (file: string) => boolean {
  const patterns = readFileSync(join(root, `${dockerfile}.dockerignore`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ kept: line.startsWith('!'), pattern: line.replace(/^!/, '') }));
  const fits = (file: string, pattern: string) => matchesGlob(file, pattern) || matchesGlob(file, `${pattern}/**`);
  return (file) => patterns.findLast(({ pattern }) => fits(file, pattern))?.kept !== true;
}

/** Every file below a folder, packages left out. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
