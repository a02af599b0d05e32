import { randomUUID } from 'node:crypto';
import { describeAdapter, describeWebhook, eventually, SandboxControl, type WebhookDelivery } from '#libs/testing';
import { referenceFields, isConfigured, type ProviderDefinition } from '#libs/providers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../apps/email/src/email-message.ts';
import { emailSchemaOf, usedOf } from '../apps/email/src/email.config.ts';
import { EmailModule } from '../apps/email/src/email.module.ts';
import { emailCatalogue } from '../apps/email/src/providers/catalogue.ts';
import { createLogger } from '#libs/telemetry';
import type { ProviderSimulator } from '../apps/sandbox/src/core/simulator.ts';
import { sandboxConfigOf } from '../apps/sandbox/src/sandbox.config.ts';
import { createSandbox, type Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { simulatorCatalogue } from '../apps/sandbox/src/simulators/catalogue.ts';
import { anEmail, emailRecipient, PERSON, refusedEmail } from './conformance/common.ts';
import { type ChannelService, startService } from './conformance/service.ts';
import { CountedEvents, FinishedSpans } from './conformance/telemetry.ts';
import { PostbirdAdapter } from './fixtures/third-provider/provider/adapter.ts';
import { postbird } from './fixtures/third-provider/provider/index.ts';
import { eventTypes } from './fixtures/third-provider/provider/webhook.ts';
import { postbird as postbirdSimulator } from './fixtures/third-provider/simulator/index.ts';
import { freePorts } from './setup/free-ports.ts';

// One line in each of the two catalogues.
const providers = [...emailCatalogue, postbird];
const simulators = [...simulatorCatalogue, postbirdSimulator as unknown as ProviderSimulator];

const secrets = postbirdSimulator.local.secrets();
const token = secrets['sandboxPostbirdToken']!;
const webhookToken = secrets['sandboxPostbirdWebhookToken']!;
const get = (name: string) => serviceEnv[name];

let serviceEnv: Record<string, string> = {};
let sandbox: Sandbox;
let control: SandboxControl;
let service: ChannelService;
let spans: FinishedSpans;

beforeAll(async () => {
  spans = new FinishedSpans();
  const [port] = await freePorts(1);
  serviceEnv = {
    RECIPIENT_HASH_KEY: 'only for the third provider',
    EMAIL_FROM: 'no-reply@messaging.test',
    ...postbirdSimulator.local.service(secrets, `http://127.0.0.1:${port}`),
  };
  const module = EmailModule.with(providers);
  const around = {
    name: 'email',
    schema: emailSchemaOf(providers),
    module,
    env: serviceEnv,
    postgres: 'empty',
  } as const;
  service = await startService(around, spans, new CountedEvents());
  const config = sandboxConfigOf(simulators).parse({
    HTTP_PORT: String(port),
    SANDBOX_WEBHOOK_DELAY_MS: '20',
    ...postbirdSimulator.local.sandbox(secrets, { env: {}, serviceUrl: service.url }),
  });
  sandbox = await createSandbox(config, createLogger('sandbox', 'silent'), simulators);
  control = new SandboxControl(sandbox.url);
}, 60_000);

afterAll(async () => {
  await Promise.all([sandbox.close(), service.close()]);
  await spans.close();
}, 20_000);

describeAdapter<EmailMessage>(
  {
    provider: 'postbird',
    make: ({ url, timeoutMs, wrong }) =>
      new PostbirdAdapter({
        POSTBIRD_TOKEN: wrong ? 'wrong' : token,
        POSTBIRD_BASE_URL: url,
        POSTBIRD_TIMEOUT_MS: timeoutMs,
      }),
    message: anEmail,
    recipient: emailRecipient,
    secrets: [token],
    throttling: { status: 429, retryAfterSeconds: 7 },
    refusals: [
      { why: 'an address that is none', to: refusedEmail, failure: { kind: 'bad-content', retry: 'never' } },
      { why: 'a token that is not accepted', fault: { status: 401 }, failure: { kind: 'account', retry: 'operator' } },
    ],
    refusedMember: (message) => ({ ...message, to: [{ email: refusedEmail }] }),
  },
  () => control,
);

const withToken = (body: object, given: string | undefined = webhookToken): WebhookDelivery => ({
  path: '/webhooks/postbird',
  headers: { 'content-type': 'application/json', ...(given && { 'x-postbird-webhook-token': given }) },
  body: JSON.stringify(body),
});
const { 'content-type': json } = withToken({}).headers;

describeWebhook(
  {
    provider: 'postbird',
    types: eventTypes,
    known: [
      { type: 'Delivery', status: 'delivered' },
      { type: 'Bounce', status: 'bounced' },
      { type: 'SubscriptionChange', fields: { MessageStream: 'broadcast' }, status: 'unsubscribed' },
    ],
    delivery: ({ type, fields }, { messageId, person }) =>
      withToken({
        RecordType: type,
        MessageID: `id-of-${messageId}`,
        Recipient: person,
        MessageStream: 'outbound',
        At: '2026-11-23T12:00:05Z',
        Metadata: referenceFields({ messageId, tenant: 'default', hop: 1, callId: 'call-1' }),
        ...fields,
      }),
    tampering: {
      'no token': (genuine) => ({ ...genuine, headers: { 'content-type': json! } }),
      'half a token': (genuine) => ({
        ...genuine,
        headers: { ...genuine.headers, 'x-postbird-webhook-token': webhookToken.slice(0, 8) },
      }),
      'the token of a stranger': (genuine) => ({
        ...genuine,
        headers: { ...genuine.headers, 'x-postbird-webhook-token': 'x'.repeat(webhookToken.length) },
      }),
    },
    person: PERSON,
    secrets: [token, webhookToken],
  },
  () => service,
);

describe('a third provider, added by its two folders and a line in each catalogue', () => {
  const settings = () =>
    emailSchemaOf(providers).parse({ ...serviceEnv, KAFKA_BROKERS: 'x:1', DATABASE_URL: 'postgres://x/y' });
  const called = (message: EmailMessage, messageId: string = `m-${randomUUID()}`) => ({
    message,
    reference: { messageId, tenant: 'default', lane: 'bulk' as const, hop: 1, attempt: 1, callId: randomUUID() },
    mayStillSend: () => true,
  });
  const adapter = async () =>
    (postbird as ProviderDefinition<EmailMessage, never, never>).adapter(settings() as never, undefined as never);

  it('is used where its token is set, and asked for the key of its webhooks', () => {
    expect(usedOf(providers, settings()).map(({ name }) => name)).toEqual(['postbird']);
    expect(isConfigured(postbird, { POSTBIRD_TOKEN: undefined })).toBe(false);
    const { POSTBIRD_WEBHOOK_TOKEN: _, ...lacking } = serviceEnv;
    const parsed = emailSchemaOf(providers).safeParse({
      ...lacking,
      KAFKA_BROKERS: 'x:1',
      DATABASE_URL: 'postgres://x/y',
    });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([['POSTBIRD_WEBHOOK_TOKEN']]);
  });

  it('takes 500 mails in one call', async () => {
    const sender = await adapter();
    const calls = Array.from({ length: 500 }, (_, index) => called(anEmail(`nr-${index}@inbox.test`, 'Hello')));
    expect(sender.batchLimit).toBe(500);
    const results = await sender.sendBatch(calls);
    expect(results.filter(({ sent }) => sent)).toHaveLength(500);
    expect(new Set(results.map((result) => result.sent && result.providerMessageId)).size).toBe(500);
    await sender.onApplicationShutdown();
  });

  it('tells of a mail by its webhook what becomes of it, and suppresses by named stream', async () => {
    const sender = await adapter();
    service.clear();
    const news: EmailMessage = { ...anEmail('unsubscribe@inbox.test', 'News'), category: 'marketing' };
    const call = called(news);
    expect(await sender.send(call)).toMatchObject({ sent: true });
    const published = () =>
      service.published().map(({ topic, value }) => ({ topic, ...(value as { status?: string; scope?: string }) }));
    await eventually(() => published().some(({ topic }) => topic === 'suppression.changed'));
    expect(published()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ topic: 'status.changed', status: 'delivered', messageId: call.reference.messageId }),
        expect.objectContaining({ topic: 'status.changed', status: 'unsubscribed' }),
        expect.objectContaining({ topic: 'suppression.changed', scope: 'marketing', reason: 'unsubscribe' }),
      ]),
    );
    const pages = [];
    for await (const page of postbird.lists!(settings() as never, new AbortController().signal).read())
      pages.push(page);
    expect(pages).toMatchObject([
      { list: 'outbound', entries: [] },
      { list: 'broadcast', entries: [{ address: 'unsubscribe@inbox.test', scope: 'marketing' }] },
    ]);
    await sender.onApplicationShutdown();
  });

  it('is looked at by the doctor and the smoke test, which read its definition alone', async () => {
    const doctor = postbird.doctor(get, { publicUrlOf: (path) => path, timeoutMs: 1_000 });
    expect(await doctor.examine()).toMatchObject([{ id: 'postbird.key', state: 'ok' }]);
    expect(await postbird.smoke(get, 'sandbox')).toMatchObject([{ provider: 'Postbird', state: 'proved' }]);
  });
});
