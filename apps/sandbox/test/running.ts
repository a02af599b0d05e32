import { generateKeyPairSync } from 'node:crypto';
import sendgridClient from '@sendgrid/client';
import sendgrid from '@sendgrid/mail';
import twilio from 'twilio';
import { SandboxConfig } from '../src/sandbox.config.ts';
import { createLogger } from '#libs/telemetry';
import { createSandbox, type Sandbox } from '../src/sandbox.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
export const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
export const apiKey = 'SG.test';
export const accountSid = `AC${'a'.repeat(32)}`;
export const authToken = 'token-of-the-test';

/** A sandbox on a free port with 20 ms between events. */
export function running(settings: Record<string, string | undefined> = {}): Promise<Sandbox> {
  const config = SandboxConfig.parse({
    HTTP_PORT: '0',
    SANDBOX_WEBHOOK_DELAY_MS: '20',
    SANDBOX_SENDER_DOMAINS: 'example.org,messaging.test',
    SANDBOX_SENDGRID_API_KEY: apiKey,
    SANDBOX_SENDGRID_PRIVATE_KEY: privateKey,
    SANDBOX_TWILIO_ACCOUNT_SID: accountSid,
    SANDBOX_TWILIO_AUTH_TOKEN: authToken,
    ...settings,
  });
  return createSandbox(config, createLogger('sandbox', 'silent'));
}

export type Sent = [answer: { statusCode: number; headers: Record<string, unknown> }, body: unknown];
interface MailClient {
  setClient(client: unknown): void;
  send(mail: Record<string, unknown>): Promise<Sent>;
  sendMultiple(mail: Record<string, unknown>): Promise<Sent>;
}
interface HttpClient {
  setApiKey(key: string): void;
  setDefaultRequest(name: string, value: string): void;
}
// The packages' types do not declare that the default instances have their classes.
const { MailService } = sendgrid as unknown as { MailService: new () => MailClient };
const { Client } = sendgridClient as unknown as { Client: new () => HttpClient };

export function sendGridOf(sandbox: Sandbox, key = apiKey): MailClient {
  const client = new Client();
  client.setApiKey(key);
  client.setDefaultRequest('baseUrl', `${sandbox.url}/`);
  const mail = new MailService();
  mail.setClient(client);
  return mail;
}

export function twilioOf(sandbox: Sandbox, token = authToken): twilio.Twilio {
  const client = twilio(accountSid, token);
  client.api.baseUrl = sandbox.url;
  return client;
}

export interface Listed {
  total: number;
  messages: {
    provider: string;
    reference: string | null;
    callId: string | null;
    to: string;
    providerMessageId: string;
    status: string;
    events: { event: string; at: string; webhook: string }[];
  }[];
}

export async function listed(sandbox: Sandbox, query = ''): Promise<Listed> {
  const answer = await fetch(`${sandbox.url}/_sandbox/messages${query}`);
  return (await answer.json()) as Listed;
}

export function withFaults(sandbox: Sandbox, faults: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', headers, body: JSON.stringify(faults) });
}

export async function withAccount(sandbox: Sandbox, account: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${sandbox.url}/_sandbox/account`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(account),
  });
  if (!answer.ok) throw new Error(`the account was not changed: ${await answer.text()}`);
}

/** A mail with our ids, as the platform sends it. */
export const aMailTo = (to: string, reference = 'order-1', parts: Record<string, unknown> = {}) => ({
  to,
  from: 'shop@example.org',
  subject: 'Hello',
  text: 'Hello Ada',
  customArgs: { mi_message_id: reference, mi_call_id: `call-of-${reference}` },
  ...parts,
});
