import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { makeKey } from '../../../../reporting/src/access/key/api-key.ts';
import { simulatorCatalogue } from '../../../../sandbox/src/simulators/catalogue.ts';
import type { Layout } from '../../environment/layout.ts';
import { writePrivately } from '../../environment/private-file.ts';
import { CliError } from '../../errors.ts';

/** Generated once per DATA_DIR; none of them gives access to anything outside this machine. */
export interface OwnSecrets {
  recipientHashKey: string;
  databasePassword: string;
  /** The first key of the reporting API: every scope, all tenants. */
  apiKey: string;
  /** By it reporting asks the other services on their internal ports. */
  internalToken: string;
  /** Encrypts the unsubscribe links of marketing mail. */
  unsubscribeKey: string;
}

/** Plus the secrets of each simulator of the sandbox. */
export type Secrets = OwnSecrets & Readonly<Record<string, string>>;

/**
 * The secrets of this DATA_DIR; generates those that are missing.
 * @throws CliError when the file is damaged
 */
export function loadSecrets(layout: Layout): Secrets {
  const known = read(layout.secrets);
  const secrets = { ...freshSecrets(), ...known } as Secrets;
  if (Object.keys(secrets).length !== Object.keys(known).length)
    writePrivately(layout.secrets, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function read(file: string): Partial<Secrets> {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
  } catch (cause) {
    throw new CliError(
      `${file} cannot be read as JSON.`,
      ['restore the file', 'npm run reset starts over, without any state'],
      { cause },
    );
  }
}

function freshSecrets(): Secrets {
  const text = (bytes: number) => randomBytes(bytes).toString('base64url');
  return {
    recipientHashKey: text(32),
    databasePassword: text(24),
    apiKey: makeKey().key,
    internalToken: text(32),
    unsubscribeKey: text(32),
    ...(Object.assign({}, ...simulatorCatalogue.map(({ local }) => local.secrets())) as Record<string, string>),
  };
}
