import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeAdapter, describeWebhook, SandboxControl } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emailSchema } from '../../apps/email/src/email.config.ts';
import { catalogues } from '../../apps/cli/src/catalogue.ts';
import { EmailModule } from '../../apps/email/src/email.module.ts';
import { SandboxConfig } from '../../apps/sandbox/src/sandbox.config.ts';
import { createLogger } from '#libs/telemetry';
import { createSandbox, type Sandbox } from '../../apps/sandbox/src/sandbox.ts';
import { smsSchema } from '../../apps/sms/src/sms.config.ts';
import { SmsModule } from '../../apps/sms/src/sms.module.ts';
import { type ChannelService, startService } from './service.ts';
import { sandboxEnv, serviceEnv, suites } from './suites.ts';
import { CountedEvents, FinishedSpans } from './telemetry.ts';

const apps = join(import.meta.dirname, '..', '..', 'apps');
const foldersOf = (app: string) =>
  readdirSync(join(apps, app, 'src', 'providers'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

let sandbox: Sandbox;
let control: SandboxControl;
let services: Record<'email' | 'sms', ChannelService>;
let spans: FinishedSpans;

beforeAll(async () => {
  spans = new FinishedSpans();
  const counts = new CountedEvents();
  sandbox = await createSandbox(
    SandboxConfig.parse({
      HTTP_PORT: '0',
      SANDBOX_WEBHOOK_DELAY_MS: '20',
      ...sandboxEnv(),
    }),
    createLogger('sandbox', 'silent'),
  );
  control = new SandboxControl(sandbox.url);
  const common = {
    HTTP_PORT: '0',
    RECIPIENT_HASH_KEY: 'only for the conformance suite',
    OPERATOR_TOKENS: 'token-of-an-operator',
  };
  const [email, sms] = await Promise.all([
    startService(
      {
        name: 'email',
        schema: emailSchema,
        module: EmailModule,
        env: { ...common, ...serviceEnv('email', sandbox.url) },
        postgres: 'empty',
      },
      spans,
      counts,
    ),
    startService(
      {
        name: 'sms',
        schema: smsSchema,
        module: SmsModule,
        env: { ...common, ...serviceEnv('sms', sandbox.url) },
      },
      spans,
      counts,
    ),
  ]);
  services = { email, sms };
}, 60_000);

afterAll(async () => {
  await Promise.all([sandbox.close(), services.email.close(), services.sms.close()]);
  await spans.close();
}, 20_000);

describe('the providers', () => {
  it.each(Object.entries(catalogues))(
    'that have a folder of %s all stand in its catalogue, and so in the suite',
    (app, all) => {
      expect(foldersOf(app).toSorted()).toEqual(all.map(({ name }) => name).toSorted());
    },
  );

  it.each(suites.map(({ definition, suite }) => ({ name: definition.name, definition, suite })))(
    'that can be asked for receipts say how often and how long: $name',
    async ({ definition, suite }) => {
      const adapter = suite.adapter.make({ url: 'http://127.0.0.1:1', timeoutMs: 1 });
      const isAsked = definition.receipts !== undefined;
      expect([adapter.receiptLookup !== undefined, suite.adapter.receipts !== undefined]).toEqual([isAsked, isAsked]);
      if (definition.receipts) {
        expect(definition.settings).toHaveProperty(definition.receipts.perMinute);
        expect(definition.receipts.firstLookMs).toBeLessThan(definition.receipts.windowMs);
      }
      await adapter.onApplicationShutdown();
    },
  );
});

for (const { definition, suite } of suites) {
  describeAdapter(suite.adapter, () => control);
  describeWebhook(suite.webhook, () => services[definition.channel]);
}
