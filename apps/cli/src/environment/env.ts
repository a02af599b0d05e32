import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Channel } from '#libs/contracts';

export type Env = NodeJS.ProcessEnv;

export const services = [...Channel.options, 'retry', 'reporting'] as const;
export type ServiceName = (typeof services)[number];
export type ProcessName = ServiceName | 'kafka' | 'postgres' | 'sandbox';

/** The folder that holds package.json: the checkout, or the application's folder in an image. */
export const projectRoot = rootAbove(import.meta.dirname);

/** Compiled files are one folder deeper than sources, so the folder is searched for. */
function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : rootAbove(dirname(folder));
}

/** The environment plus `.env`; a variable that is set in both keeps the environment's value. */
export function withEnvFile(env: Env, root: string = projectRoot): Env {
  const file = join(root, '.env');
  return existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...env } : env;
}

export const dataDirOf = (env: Env, root: string = projectRoot): string => resolve(root, env['DATA_DIR'] || '.data');

/** A variable, or the content of the file that `NAME_FILE` names: services accept both. */
export function valueOf(env: Env, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  return env[name] || (file && existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined) || undefined;
}
