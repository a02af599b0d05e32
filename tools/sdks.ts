/** `messaging sdks`: other languages' official libraries against the sandbox, unchanged except for the base URL. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, type Language, languages } from './sdks/languages.ts';
import { credentials, type RunningSandbox, startSandbox } from './sdks/sandbox.ts';

const root = join(import.meta.dirname, '..');

interface Trial {
  sdk: string;
  title: string;
  ok: boolean;
  why?: string;
}

const sandbox = await startSandbox(root);
try {
  let tried = 0;
  for (const language of languages) {
    const trials = await attempt(language, sandbox);
    tried += trials.length;
    for (const { sdk, title, ok, why } of trials)
      console.log(
        `${ok ? '✓' : '✗'} ${language.name.padEnd(7)} ${sdk.padEnd(9)} ${title}${why === undefined ? '' : `: ${why}`}`,
      );
    if (trials.some(({ ok }) => !ok)) process.exitCode = 1;
  }
  if (tried === 0) console.log('Nothing was tried.');
} finally {
  sandbox.stop();
}

async function attempt({ name, folder, prepare, run }: Language, { url }: RunningSandbox): Promise<Trial[]> {
  const cwd = join(root, 'apps', 'sandbox', 'sdks', folder);
  const into = join(root, '.data', 'sdks', folder);
  mkdirSync(into, { recursive: true });
  for (const step of prepare(into)) {
    const { code, stderr } = await ran(step, cwd, process.env);
    if (code === 0) continue;
    console.log(
      `- ${name.padEnd(7)} skipped: ${step.command} ` +
        `${code === undefined ? 'is not there' : `failed. ${stderr.trim().split('\n').at(-1) ?? ''}`}`,
    );
    return [];
  }
  const { stdout, stderr, code } = await ran(run(into), cwd, { ...process.env, ...credentials, SANDBOX_URL: url });
  const trials = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Trial);
  const unsaid = code !== 0 && trials.every(({ ok }) => ok);
  return unsaid
    ? [...trials, { sdk: '', title: 'ran to its end', ok: false, why: stderr.trim().split('\n').at(-1) ?? '' }]
    : trials;
}

/** @returns `code` undefined where there is no such command */
function ran(
  { command, args }: Command,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | undefined; stdout: string; stderr: string }> {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (said.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()));
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: undefined, ...said }));
    child.once('close', (code) => resolve({ code: code ?? 1, ...said }));
  });
}
