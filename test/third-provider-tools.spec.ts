// First of all: what follows is to find the third provider in the catalogues.
import './fixtures/third-provider/in-catalogues.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmailRequested } from '#libs/contracts';
import { providerRules } from '#libs/providers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { allProviders, catalogues } from '../apps/cli/src/catalogue.ts';
import { toolSettings } from '../apps/cli/src/environment/tool-settings.ts';
import { channelModes } from '../apps/cli/src/environment/channels.ts';
import { layoutOf } from '../apps/cli/src/environment/layout.ts';
import { examine } from '../apps/cli/src/doctor/doctor.ts';
import { asked, tryLive, trySandbox, usesLive } from '../apps/cli/src/smoke/providers.ts';
import { environmentOf, type Surroundings } from '../apps/cli/src/stack/services.ts';
import { loadSecrets } from '../apps/cli/src/stack/settings/secrets.ts';
import { readSettings } from '../apps/cli/src/stack/settings/settings.ts';
import { perform } from '../apps/cli/src/suppressions/perform.ts';
import { emailCatalogue } from '../apps/email/src/providers/catalogue.ts';
import { createLogger } from '#libs/telemetry';
import { SandboxConfig } from '../apps/sandbox/src/sandbox.config.ts';
import { createSandbox, type Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { pages } from '../tools/generate/pages.ts';

const root = join(import.meta.dirname, '..');

/** What the local system is made of, with state of its own. */
let folder: string;
let sandbox: Sandbox;
let email: Record<string, string>;

const around = (): Surroundings => ({
  ports: readSettings({}).ports,
  layout: layoutOf(folder),
  secrets: loadSecrets(layoutOf(folder)),
  modes: channelModes({}),
  brokers: 'kafka:9092',
  databaseUrl: 'postgresql://db/messaging',
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'third-provider-'));
  const settings = environmentOf('sandbox', {}, around());
  const own = Object.entries(settings).filter(([name]) => name.startsWith('SANDBOX_') && name !== 'SANDBOX_DATA_FILE');
  sandbox = await createSandbox(
    SandboxConfig.parse({ ...Object.fromEntries(own), HTTP_PORT: '0' }),
    createLogger('sandbox', 'silent'),
  );
  email = {
    ...(environmentOf('email', {}, around()) as Record<string, string>),
    POSTBIRD_BASE_URL: sandbox.url,
    DATA_DIR: folder,
  };
}, 30_000);

afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

/** Its page is made for this test alone. */
const postbird = 'postbird';

describe('a third provider in the catalogues', () => {
  it('stands on every page that is generated', async () => {
    const written = await pages(root);
    const page = (file: string) => written.get(file)!;
    expect(page('docs/doctor.md')).toContain('## Postbird');
    expect(page('docs/doctor.md')).toContain('`postbird.key`');
    expect(page('docs/limits.md')).toContain('## Postbird');
    expect(page(`docs/errors/${postbird}.md`)).toContain('## `406`');
    expect(page('docs/errors/README.md')).toContain('[Postbird](postbird.md)');
    const [, ofEmail] = /\n## email\n(.*?)\n## /s.exec(page('docs/configuration.md'))!;
    expect(ofEmail).toContain('`POSTBIRD_WEBHOOK_TOKEN`');
    expect(page('docs/configuration.md')).toContain('`SANDBOX_POSTBIRD_TOKEN`');
    const names = ['sendgrid', 'resend', 'postbird'];
    expect(JSON.parse(page('docs/schemas/email-requested.schema.json'))).toMatchObject({
      properties: { provider: { enum: names } },
    });
    expect(JSON.parse(page('docs/asyncapi.json'))).toMatchObject({
      components: { schemas: { EmailRequested: { properties: { provider: { enum: names } } } } },
    });
  }, 60_000);

  it('is handed its settings by docker-compose.yml, in its channel’s service alone', async () => {
    const compose = (await pages(root)).get('docker-compose.yml')!;
    const services = compose.slice(compose.indexOf('\n  email:'));
    const ofEmail = services.slice(0, services.indexOf('\n  sms:'));
    for (const name of Object.keys(emailCatalogue.at(-1)!.settings))
      expect(ofEmail).toContain(`\n      ${name}: \${${name}:-}\n`);
    expect(compose.match(/\n +POSTBIRD_TOKEN:/g)).toHaveLength(1);
  }, 60_000);

  it('may be preferred by a request', () => {
    const request = EmailRequested.parse({
      messageId: 'm-1',
      to: [{ email: 'ada@inbox.test' }],
      subject: 'Hello',
      text: 'It works',
      provider: 'postbird',
    });
    expect(providerRules(emailCatalogue)(request)).toEqual([]);
  });

  it('has keys in the local system, which its channel and the sandbox are given', () => {
    const token = loadSecrets(layoutOf(folder))['sandboxPostbirdToken'];
    expect(email).toMatchObject({ POSTBIRD_TOKEN: token, POSTBIRD_WEBHOOK_TOKEN: expect.any(String) });
    expect(environmentOf('sandbox', {}, around())).toMatchObject({
      SANDBOX_POSTBIRD_TOKEN: token,
      SANDBOX_POSTBIRD_WEBHOOK_URL: 'http://127.0.0.1:8081/webhooks/postbird',
    });
    expect(environmentOf('sms', {}, around())).not.toHaveProperty('POSTBIRD_TOKEN');
  });

  it('makes its channel live by its key alone', () =>
    expect(channelModes({ POSTBIRD_TOKEN: 'token' })).toEqual({ email: 'live', sms: 'sandbox' }));

  it('is looked at by the doctor', async () => {
    const { POSTBIRD_TOKEN, POSTBIRD_BASE_URL } = email;
    const { findings } = await examine(
      { DATA_DIR: folder, POSTBIRD_TOKEN, POSTBIRD_BASE_URL, EMAIL_PUBLIC_URL: 'https://email.example.org' },
      { fix: false, providersOnly: true },
    );
    expect(findings).toContainEqual(expect.objectContaining({ id: 'postbird.key', state: 'ok' }));
    expect(findings.map(({ id }) => id)).not.toContain('email.provider');
  });

  it('is tried by the smoke test, itself and in the sandbox', async () => {
    const proved = expect.objectContaining({ provider: 'Postbird', state: 'proved' });
    expect(await trySandbox('email', email)).toContainEqual(proved);
    expect(await tryLive(email)).toContainEqual(proved);
    expect(usesLive('email').map(({ provider }) => provider)).toContain('Postbird');
    expect(asked).toContain('Postbird (its own server)');
  });

  it('has its settings and variables of the tools among those that the commands know', () => {
    expect(allProviders.map(({ name }) => name)).toEqual(['sendgrid', 'resend', 'postbird', 'twilio']);
    expect(catalogues.email.at(-1)!.name).toBe('postbird');
    expect(toolSettings.map(({ name }) => name)).toContain('POSTBIRD_DOCTOR_TOKEN');
  });

  it('is shown by suppressions sync with the lists that its channel has taken over', async () => {
    const operation = { operationId: 'sync-1', kind: 'sync', missing: [], askedBy: 'key:1', askedAt: '', services: [] };
    const counts = { 'postbird broadcast': 2, 'postbird broadcast, new': 1 };
    const ended = {
      ...operation,
      state: 'done',
      tenants: 'all',
      atMost: null,
      reason: null,
      stopAskedBy: null,
      counts,
    };
    const api = {
      call: (method: string) =>
        Promise.resolve(method === 'POST' ? { ...ended, state: 'requested', counts: {} } : ended),
    };
    const shown = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(await perform(api as never, { command: 'sync', json: false })).toBe(0);
    expect(shown.mock.calls[0]![0]).toContain('postbird broadcast 2, postbird broadcast, new 1');
    shown.mockRestore();
  });
});
