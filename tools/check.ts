/**
 * Format, types, lint, boundaries and generated files: `npm run check`. Says which part failed, and how to see it
 * alone.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { styleText } from 'node:util';

const root = join(import.meta.dirname, '..');
/** What the formatter looks after: `npm run format` writes it; .prettierignore leaves out tables of data. */
const FORMATTED = '**/*.{ts,mjs,js}';

interface Part {
  name: string;
  command: string;
  args: string[];
}

const tool = (name: string, command: string, ...args: string[]): Part => ({
  name,
  command: process.execPath,
  args: [join('node_modules', '.bin', command), ...args],
});

const types = tool('types', 'tsc', '--noEmit');
const others: Part[] = [
  tool('format', 'prettier', '--check', '--log-level', 'warn', FORMATTED),
  tool('lint', 'oxlint', '--type-aware'),
  tool('boundaries', 'depcruise', '--config', '.dependency-cruiser.mjs', 'apps', 'libs', 'tools', 'test'),
  {
    name: 'generated files',
    command: process.execPath,
    args: ['--conditions=source', join('tools', 'generate.ts'), '--check'],
  },
];

// The compiler takes about as long as all others together: on two cores they run beside it.
const results = (await Promise.all([one(types), oneAfterAnother(others)])).flat();
const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
if (failed.length > 0) {
  console.error(styleText('red', `\nnpm run check failed: ${failed.join(', ')}`));
  process.exitCode = 1;
}

interface Result {
  name: string;
  passed: boolean;
}

async function oneAfterAnother(parts: readonly Part[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const part of parts) results.push(await one(part));
  return results;
}

/** Output is shown only when a part fails, and in one piece: parts run side by side. */
async function one({ name, command, args }: Part): Promise<Result> {
  const start = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code === 0) console.log(`${styleText('green', '✓')} ${name} (${seconds} s)`);
  else console.error(`${styleText('red', '✗')} ${name} (${seconds} s)\n${output.trimEnd()}\n`);
  return { name, passed: code === 0 };
}

function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const pieces: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => pieces.push(piece));
    child
      .once('error', reject)
      .once('close', (code) => resolve({ code, output: Buffer.concat(pieces).toString('utf8') }));
  });
}
