import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { LocalUse } from '../../core/simulator.ts';

const text = (bytes: number) => randomBytes(bytes).toString('base64url');

export const local: LocalUse = {
  secrets() {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      sandboxSendgridApiKey: `SG.${text(16)}.${text(32)}`,
      sandboxSendgridPrivateKey: keys.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
      sandboxSendgridPublicKey: keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    };
  },
  service: (secrets, sandboxUrl) => ({
    SENDGRID_API_KEY: secrets['sandboxSendgridApiKey']!,
    SENDGRID_BASE_URL: sandboxUrl,
    SENDGRID_WEBHOOK_PUBLIC_KEY: secrets['sandboxSendgridPublicKey']!,
  }),
  sandbox: (secrets, { serviceUrl }) => ({
    SANDBOX_SENDGRID_API_KEY: secrets['sandboxSendgridApiKey']!,
    SANDBOX_SENDGRID_WEBHOOK_URL: `${serviceUrl}/webhooks/sendgrid`,
    SANDBOX_SENDGRID_PRIVATE_KEY: secrets['sandboxSendgridPrivateKey']!,
  }),
};
