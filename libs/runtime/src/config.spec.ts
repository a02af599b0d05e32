import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flag, InvalidConfiguration, milliseconds, port, secret } from '#libs/contracts';
import { loadConfig, settingsOf } from './config.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

const schema = z.object({
  TOKEN: secret(z.string().min(16)).describe('Access token.'),
  HTTP_PORT: port(8080).describe('Port to listen on.'),
  TIMEOUT_MS: milliseconds(10_000).describe('Give up after this many milliseconds.'),
  TLS: flag(false).describe('Speak TLS.'),
  CA_FILE: z.string().optional().describe('PEM file.'),
});
const token = 'sixteen-characters';

const problemsOf = (env: NodeJS.ProcessEnv): string => {
  try {
    loadConfig(schema, env);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConfiguration);
    return (error as Error).message;
  }
  return '';
};

describe('the configuration of a service', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'messaging-config-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes defaults for what is not set', () => {
    expect(loadConfig(schema, { TOKEN: token })).toEqual({
      TOKEN: token,
      HTTP_PORT: 8080,
      TIMEOUT_MS: 10_000,
      TLS: false,
    });
  });

  it('reads numbers and switches from text', () => {
    const config = loadConfig(schema, {
      TOKEN: token,
      HTTP_PORT: '0',
      TIMEOUT_MS: '250',
      TLS: 'yes',
      CA_FILE: '/ca.pem',
    });
    expect(config).toEqual({ TOKEN: token, HTTP_PORT: 0, TIMEOUT_MS: 250, TLS: true, CA_FILE: '/ca.pem' });
  });

  it('takes an empty variable as unset', () => {
    expect(loadConfig(schema, { TOKEN: token, HTTP_PORT: '', CA_FILE: '' })).toMatchObject({ HTTP_PORT: 8080 });
  });

  it('ignores variables that are not its own', () => {
    expect(loadConfig(schema, { TOKEN: token, PATH: '/bin' })).not.toHaveProperty('PATH');
  });

  it('reads a value from the file that NAME_FILE names, without the line’s end', () => {
    const file = join(folder, 'token');
    writeFileSync(file, `${token}\n`);
    expect(loadConfig(schema, { TOKEN_FILE: file }).TOKEN).toBe(token);
  });

  it('prefers the variable to the file', () => {
    expect(loadConfig(schema, { TOKEN: token, TOKEN_FILE: join(folder, 'not-there') }).TOKEN).toBe(token);
  });

  it('names everything that is wrong at once', () => {
    const problems = problemsOf({ HTTP_PORT: '70000', TIMEOUT_MS: 'soon', TLS: 'perhaps' });
    expect(problems).toContain('4 problem(s)');
    for (const name of ['TOKEN', 'HTTP_PORT', 'TIMEOUT_MS', 'TLS']) expect(problems).toContain(`- ${name} `);
  });

  it('explains the meaning of what is missing', () => {
    expect(problemsOf({})).toContain('TOKEN is not set: Access token.');
  });

  it('never shows a value', () => {
    expect(problemsOf({ TOKEN: 'short-secret', HTTP_PORT: 'port-secret' })).not.toContain('secret');
  });

  it('names a file that cannot be read', () => {
    expect(problemsOf({ TOKEN_FILE: join(folder, 'not-there') })).toContain('TOKEN_FILE cannot be read (ENOENT)');
  });
});

describe('the settings for the docs', () => {
  it('have a meaning, a default, whether they are required and whether they are secret', () => {
    expect(settingsOf(schema)).toEqual([
      { name: 'TOKEN', meaning: 'Access token.', standard: undefined, needed: true, secret: true },
      { name: 'HTTP_PORT', meaning: 'Port to listen on.', standard: '8080', needed: false, secret: false },
      {
        name: 'TIMEOUT_MS',
        meaning: 'Give up after this many milliseconds.',
        standard: '10000',
        needed: false,
        secret: false,
      },
      { name: 'TLS', meaning: 'Speak TLS.', standard: 'false', needed: false, secret: false },
      { name: 'CA_FILE', meaning: 'PEM file.', standard: undefined, needed: false, secret: false },
    ]);
  });

  it('find a secret and its meaning inside a default or an optional', () => {
    const nested = z.object({
      KEY: secret().optional().describe('Key.'),
      OTHER: secret().describe('Other.').default('x'),
    });
    expect(settingsOf(nested)).toMatchObject([
      { meaning: 'Key.', secret: true },
      { meaning: 'Other.', secret: true, standard: 'x' },
    ]);
  });
});
