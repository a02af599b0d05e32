import { join } from 'node:path';
import { type Channel, OperatingService, perChannel } from '#libs/contracts';
import { simulatorCatalogue } from '../../../sandbox/src/simulators/catalogue.ts';
import { channelServices, channelSetting } from '../environment/channel-services.ts';
import type { ChannelModes } from '../environment/channels.ts';
import type { Layout } from '../environment/layout.ts';
import type { Secrets } from './settings/secrets.ts';
import { valueOf, type Env, type ServiceName } from '../environment/env.ts';
import { type Ports, type Settings } from './settings/settings.ts';
import type { ProcessPlan } from './process/supervised-process.ts';

/** What the processes of a system have to know about each other. */
export interface Surroundings {
  ports: Ports;
  layout: Layout;
  secrets: Secrets;
  modes: ChannelModes;
  brokers: string;
  databaseUrl: string;
}

export const localUrl = (port: number): string => `http://127.0.0.1:${port}`;

/** The first key of the reporting API: the user's own, or the one generated for this DATA_DIR. */
export const bootstrapKeyOf = (env: Env, secrets: Secrets): string =>
  valueOf(env, 'REPORTING_BOOTSTRAP_KEY') ?? secrets.apiKey;

/** What guards the internal ports: the user's own token, or the one generated for this DATA_DIR. */
const internalTokenOf = (env: Env, secrets: Secrets): string => valueOf(env, 'INTERNAL_TOKEN') ?? secrets.internalToken;

export const recipientHashKeyOf = (env: Env, secrets: Secrets): string =>
  valueOf(env, 'RECIPIENT_HASH_KEY') ?? secrets.recipientHashKey;

/** The folder of keys: the user's own, or the one in this DATA_DIR. */
export const custodyFolderOf = (env: Env, layout: Layout): string =>
  valueOf(env, 'CUSTODY_KEYRING_DIR') ?? layout.custody;

type Values = Record<string, string>;

/** The environment of one process: the user's own, plus what `npm start` sets. */
export function environmentOf(name: ServiceName | 'sandbox', env: Env, around: Surroundings): Env {
  const own: Record<ServiceName | 'sandbox', () => Values> = {
    ...perChannel((channel) => () => channelValues(channel, env, around)),
    retry: () => retryValues(env, around),
    reporting: () => reportingValues(env, around),
    sandbox: () => sandboxValues(env, around),
  };
  const shared: Values = {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(around.ports[name]),
    METRICS_HOST: '127.0.0.1',
    ...(name !== 'sandbox' && { METRICS_PORT: String(around.ports[`${name}Metrics`]) }),
    KAFKA_BROKERS: around.brokers,
    DATABASE_URL: around.databaseUrl,
    RECIPIENT_HASH_KEY: recipientHashKeyOf(env, around.secrets),
  };
  return {
    ...withoutSourceCondition(env),
    ...(name === 'sandbox' ? pick(shared, ['HTTP_HOST', 'HTTP_PORT']) : shared),
    ...own[name](),
  };
}

function channelValues(channel: Channel, env: Env, around: Surroundings): Values {
  const { ports, modes, secrets } = around;
  const sender = channelSetting(channel, 'FROM');
  const own = {
    PUBLIC_URL: env[channelSetting(channel, 'PUBLIC_URL')] || localUrl(ports[channel]),
    CUSTODY_KEYRING_DIR: custodyFolderOf(env, around.layout),
    ...internalPortOf(channel, env, around),
    ...linkKeyOf(channel, env, around),
  };
  if (modes[channel] === 'live') return own;
  return {
    ...own,
    [sender]: env[sender] || channelServices[channel].sender,
    ...together(
      simulatorCatalogue
        .filter((simulator) => simulator.channel === channel)
        .map(({ local }) => local.service(secrets, localUrl(ports.sandbox))),
    ),
  };
}

/** A link in a real mail must be reachable: without a public address there are no links. */
function linkKeyOf(channel: Channel, env: Env, { modes, secrets }: Surroundings): Values {
  const { linkKey } = channelServices[channel];
  const leadsNowhere = modes[channel] === 'live' && !env[channelSetting(channel, 'PUBLIC_URL')];
  return linkKey === undefined || valueOf(env, linkKey) !== undefined || leadsNowhere
    ? {}
    : { [linkKey]: secrets.unsubscribeKey };
}

/**
 * A provider may take a while to confirm, so a lost response is reconciled only after some minutes. The sandbox
 * confirms within a second: where nothing else is in use, this wait is shortened.
 */
const sandboxWaits: Values = {
  RECONCILE_AFTER_MS: '2000',
  RECONCILE_WINDOW_URGENT_MS: '10000',
  RECONCILE_WINDOW_TRANSACTIONAL_MS: '20000',
  RECONCILE_WINDOW_BULK_MS: '30000',
};

/** Where reporting asks a service, and nobody else. */
const internalPortOf = (service: Channel | 'retry', env: Env, { ports, secrets }: Surroundings): Values => ({
  INTERNAL_HOST: '127.0.0.1',
  INTERNAL_PORT: String(ports[`${service}Internal`]),
  INTERNAL_TOKEN: internalTokenOf(env, secrets),
});

const reportingValues = (env: Env, { ports, secrets, layout }: Surroundings): Values => ({
  CUSTODY_KEYRING_DIR: custodyFolderOf(env, layout),
  REPORTING_BOOTSTRAP_KEY: bootstrapKeyOf(env, secrets),
  INTERNAL_TOKEN: internalTokenOf(env, secrets),
  ...Object.fromEntries(
    OperatingService.options.map((service) => [
      `${service.toUpperCase()}_INTERNAL_URL`,
      localUrl(ports[`${service}Internal`]),
    ]),
  ),
});

function retryValues(env: Env, around: Surroundings): Values {
  const own = internalPortOf('retry', env, around);
  if (Object.values(around.modes).includes('live')) return own;
  return { ...own, ...Object.fromEntries(Object.entries(sandboxWaits).filter(([name]) => !env[name])) };
}

/** The domain of the sender's address, which the sandbox then considers authenticated. */
const domainOf = (from: string | undefined) => /@([^@<>\s]+?)>?$/.exec(from ?? '')?.[1];

function sandboxValues(env: Env, { ports, layout, secrets }: Surroundings): Values {
  return {
    SANDBOX_DATA_FILE: layout.sandbox,
    SANDBOX_SENDER_DOMAINS: domainOf(env['EMAIL_FROM']) ?? 'messaging.test',
    ...together(
      simulatorCatalogue.map(({ channel, local }) =>
        local.sandbox(secrets, { env, serviceUrl: localUrl(ports[channel]) }),
      ),
    ),
  };
}

const together = (given: readonly Values[]): Values => Object.assign({}, ...given) as Values;

const pick = (values: Values, names: string[]): Values =>
  Object.fromEntries(names.map((name) => [name, values[name] ?? '']));

/** Services run the build: a caller that runs on sources (`--conditions=source`, as tests do) must not pass that on. */
function withoutSourceCondition(env: Env): Env {
  const options = env['NODE_OPTIONS']?.replace(/(^|\s)(--conditions|-C)[= ]\S+/g, '').trim();
  return env['NODE_OPTIONS'] === undefined ? env : { ...env, NODE_OPTIONS: options };
}

/** As the image runs a service (deploy/docker/Dockerfile; a test compares them); why, says docs/performance.md. */
export const shipped = {
  options: ['--enable-source-maps', '--max-semi-space-size=32'],
  env: { MALLOC_ARENA_MAX: '1' },
};

/** V8's compiled code is kept from one start to the next: a service starts with two thirds of the processor time. */
const compiled = (root: string) => ({ NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node') });

/** How to run a service or the sandbox: a Node process, from dist/ unless `entry` names another file. */
export function planService(
  name: ServiceName | 'sandbox',
  settings: Settings,
  around: Surroundings,
  entry?: string,
): ProcessPlan {
  const url = localUrl(around.ports[name]);
  return {
    name,
    url,
    command: process.execPath,
    args: [...shipped.options, entry ?? join(settings.root, 'dist', 'apps', name, 'src', 'main.js')],
    env: { ...compiled(settings.root), ...shipped.env, ...environmentOf(name, settings.env, around) },
    cwd: settings.root,
    log: around.layout.log(name),
    stopSignal: 'SIGTERM',
    stopWithinMs: name === 'sandbox' ? 10_000 : 35_000,
    readyWithinMs: 90_000,
    isReady: async () => (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) })).ok,
  };
}
