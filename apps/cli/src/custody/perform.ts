import { chmodSync, mkdirSync } from 'node:fs';
import { CustodyUnavailable, epochAt, KeyRing } from '#libs/custody';
import { valueOf, type Env } from '../environment/env.ts';
import { CliError, reasonOf } from '../errors.ts';

/** The folder of the keys. @throws CliError where none is set */
function folderOf(env: Env): string {
  const folder = valueOf(env, 'CUSTODY_KEYRING_DIR');
  if (folder !== undefined) return folder;
  throw new CliError('CUSTODY_KEYRING_DIR is not set: there is no folder of keys.', [
    'set it to a folder that reporting, email and sms share, and that no backup of the database contains',
  ]);
}

/**
 * Makes the folder of the keys where there is none, for its user alone.
 * @throws CliError where it cannot be made
 */
export function makeFolder(folder: string): void {
  try {
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
  } catch (cause) {
    throw new CliError(
      `The folder of keys ${folder} cannot be made: ${reasonOf(cause)}`,
      ['correct CUSTODY_KEYRING_DIR', 'give this user the right to write there'],
      { cause },
    );
  }
}

/** Makes the folder and the key of this week, where they are missing; what is there stays. @returns the exit code */
export async function init(env: Env, nowMs: number): Promise<number> {
  const folder = folderOf(env);
  makeFolder(folder);
  const epoch = epochAt(nowMs);
  await inWords(() => new KeyRing(folder).makeKey('operations', epoch));
  console.log(`${folder} has the key of ${epoch}. Keep it out of the backups of the database.`);
  return 0;
}

/** Looks whether every key is sound. @returns the exit code */
export async function check(env: Env, json: boolean): Promise<number> {
  const folder = folderOf(env);
  const ring = new KeyRing(folder);
  const epochs = await inWords(async () => {
    await ring.examine();
    return ring.epochs('operations');
  });
  if (json) console.log(JSON.stringify({ folder, epochs }, null, 2));
  else console.log(`${folder}: ${epochs.length === 0 ? 'no key yet' : `keys of ${epochs.join(', ')}`}.`);
  return 0;
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CustodyUnavailable)) throw error;
    const { message, remedy } = error;
    throw new CliError(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`, [remedy], { cause: error });
  }
}
