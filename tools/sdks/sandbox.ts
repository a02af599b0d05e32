import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a trial is told by its environment. */
export const credentials = {
  SENDGRID_API_KEY: 'SG.trial',
  RESEND_API_KEY: 're_trial',
  TWILIO_ACCOUNT_SID: `AC${'5'.repeat(32)}`,
  // Go's library takes no other signs in it than letters and digits.
  TWILIO_AUTH_TOKEN: '7'.repeat(32),
};

export interface RunningSandbox {
  url: string;
  stop(): void;
}

/** A sandbox of its own on a free port. */
export async function startSandbox(root: string): Promise<RunningSandbox> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const env = {
    PATH: process.env['PATH'],
    HTTP_PORT: '0',
    SANDBOX_WEBHOOK_DELAY_MS: '20',
    SANDBOX_RESEND_RATE_PER_S: '1000',
    SANDBOX_SENDGRID_API_KEY: credentials.SENDGRID_API_KEY,
    SANDBOX_SENDGRID_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    SANDBOX_RESEND_API_KEY: credentials.RESEND_API_KEY,
    SANDBOX_TWILIO_ACCOUNT_SID: credentials.TWILIO_ACCOUNT_SID,
    SANDBOX_TWILIO_AUTH_TOKEN: credentials.TWILIO_AUTH_TOKEN,
  };
  const child = spawn(process.execPath, [join('dist', 'apps', 'sandbox', 'src', 'main.js')], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { url: await urlOf(child), stop: () => child.kill() };
}

/** Its log says where it listens. */
async function urlOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const { url } = readLine(line);
    if (typeof url !== 'string') continue;
    child.stdout!.resume();
    return url;
  }
  throw new Error('the sandbox ended before it listened');
}

function readLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
