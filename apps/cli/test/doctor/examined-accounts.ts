import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../../sandbox/src/sandbox.ts';
import { aReceiver, type Receiver } from '../../../sandbox/test/receiver.ts';
import { accountSid, apiKey, authToken, publicKey, running } from '../../../sandbox/test/running.ts';
import { examine } from '../../src/doctor/doctor.ts';

/** Accounts at the sandbox that the doctor examines, and a receiver of their webhooks. */
export class ExaminedAccounts {
  receiver!: Receiver;
  sandbox!: Sandbox;
  env: Record<string, string> = {};
  private dataDir!: string;

  async start(): Promise<void> {
    this.receiver = await aReceiver();
    this.dataDir = mkdtempSync(join(tmpdir(), 'doctor-'));
    await this.startSandbox();
  }

  /** @param settings of the sandbox, besides those of a well configured account */
  async startSandbox(settings: Record<string, string | undefined> = {}): Promise<void> {
    const { receiver } = this;
    this.sandbox = await running({
      SANDBOX_SENDGRID_WEBHOOK_URL: `${receiver.url}/webhooks/sendgrid`,
      SANDBOX_TWILIO_INBOUND_URL: `${receiver.url}/webhooks/twilio/inbound`,
      ...settings,
    });
    this.env = {
      DATA_DIR: this.dataDir,
      EMAIL_FROM: 'Shop <no-reply@messaging.test>',
      EMAIL_PUBLIC_URL: receiver.url,
      SENDGRID_API_KEY: apiKey,
      SENDGRID_BASE_URL: this.sandbox.url,
      SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
      SMS_PUBLIC_URL: receiver.url,
      SMS_FROM: '+15005550006',
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_BASE_URL: this.sandbox.url,
    };
  }

  async stop(): Promise<void> {
    await this.sandbox.close();
    await this.receiver.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Sets the accounts up with faults. */
  async configure(change: unknown): Promise<void> {
    const answer = await fetch(`${this.sandbox.url}/_sandbox/account`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    if (!answer.ok) throw new Error(`the sandbox refused the account: ${answer.status}`);
  }

  examine(fix = false): ReturnType<typeof examine> {
    return examine(this.env, { fix, providersOnly: true });
  }

  /** The findings that are not ok, by id. */
  async troubles(): Promise<Record<string, string>> {
    const { findings } = await this.examine();
    return Object.fromEntries(
      findings.filter(({ state }) => state !== 'ok').map(({ id, state, seen }) => [id, `${state}: ${seen}`]),
    );
  }
}
