import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Layout } from '../../environment/layout.ts';
import { writePrivately } from '../../environment/private-file.ts';
import { StartProblem } from '../../problem.ts';

/** Made once per DATA_DIR; none of them opens anything outside this machine. */
export interface Secrets {
  recipientHashKey: string;
  databasePassword: string;
  reportingToken: string;
  /** Seals the unsubscribe links of marketing mail. */
  unsubscribeKey: string;
  sandboxSendgridApiKey: string;
  /** P-256, base64 of PKCS8 DER. */
  sandboxSendgridPrivateKey: string;
  /** P-256, base64 of SPKI DER. */
  sandboxSendgridPublicKey: string;
  sandboxResendApiKey: string;
  /** `whsec_` and base64. */
  sandboxResendWebhookSecret: string;
  sandboxTwilioAccountSid: string;
  sandboxTwilioAuthToken: string;
}

/** The secrets of this DATA_DIR; makes those that are missing. @throws StartProblem when the file is damaged */
export function loadSecrets(layout: Layout): Secrets {
  const known = read(layout.secrets);
  const secrets = { ...freshSecrets(), ...known };
  if (Object.keys(secrets).length !== Object.keys(known).length)
    writePrivately(layout.secrets, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function read(file: string): Partial<Secrets> {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
  } catch (cause) {
    throw new StartProblem(
      `${file} cannot be read as JSON.`,
      ['restore the file', 'npm run reset starts over, without any state'],
      { cause },
    );
  }
}

function freshSecrets(): Secrets {
  const text = (bytes: number) => randomBytes(bytes).toString('base64url');
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    recipientHashKey: text(32),
    databasePassword: text(24),
    reportingToken: text(32),
    unsubscribeKey: text(32),
    sandboxSendgridApiKey: `SG.${text(16)}.${text(32)}`,
    sandboxSendgridPrivateKey: keys.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    sandboxSendgridPublicKey: keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sandboxResendApiKey: `re_${text(24)}`,
    sandboxResendWebhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    sandboxTwilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    sandboxTwilioAuthToken: randomBytes(16).toString('hex'),
  };
}
