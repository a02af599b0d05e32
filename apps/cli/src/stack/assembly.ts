import { Channel, isChannel, OperatingService } from '#libs/contracts';
import { channelModes, type ChannelModes } from '../environment/channels.ts';
import { withoutPassword } from '../environment/external.ts';
import { planKafka } from './kafka/kafka.ts';
import type { Layout } from '../environment/layout.ts';
import { localDatabaseUrl, planPostgres } from './postgres/postgres.ts';
import type { Secrets } from './settings/secrets.ts';
import {
  bootstrapKeyOf,
  custodyFolderOf,
  localUrl,
  planService,
  recipientHashKeyOf,
  type Surroundings,
} from './services.ts';
import type { PortName, Settings } from './settings/settings.ts';
import { channelSetting } from '../environment/channel-services.ts';
import { type Env, type ProcessName, type ServiceName, valueOf } from '../environment/env.ts';
import type { ProcessRecord, StackState } from '../environment/state.ts';
import type { ProcessPlan } from './process/supervised-process.ts';

type AppName = ServiceName | 'sandbox';

export interface AssemblyOptions {
  apps: readonly ServiceName[];
  serviceEnv: Partial<Record<AppName, Record<string, string>>>;
  entries: Partial<Record<AppName, string>>;
}

/** All processes of the system, and what its clients need to know. */
export interface Assembly {
  modes: ChannelModes;
  /** What the services depend on: Kafka, PostgreSQL, the sandbox. */
  foundations: ProcessPlan[];
  services: ProcessPlan[];
  external: ProcessRecord[];
  ports: PortName[];
  urls: Partial<Record<ProcessName, string>>;
  env: Record<string, string>;
  /** The settings that each sandboxed channel got instead of the user's. */
  sandboxed: StackState['sandboxed'];
  brokers: string;
  databaseUrl: string;
  /** The key that this system's own commands use. */
  apiKey: string;
}

/** Decides by the settings what runs here, what runs elsewhere and what the sandbox replaces. */
export function assemble(settings: Settings, layout: Layout, secrets: Secrets, options: AssemblyOptions): Assembly {
  const { ports, env, dataDir } = settings;
  const modes = channelModes(env);
  const brokers = settings.brokers ?? `127.0.0.1:${ports.kafka}`;
  const databaseUrl = settings.databaseUrl ?? localDatabaseUrl(ports.postgres, secrets.databasePassword);
  const around: Surroundings = { ports, layout, secrets, modes, brokers, databaseUrl };
  const planApp = (name: AppName) => {
    const plan = planService(name, settings, around, options.entries[name]);
    return { ...plan, env: { ...plan.env, ...options.serviceEnv[name] } };
  };
  const sandboxed = options.apps.some((app) => isChannel(app) && modes[app] === 'sandbox');
  const foundations = [
    ...(settings.brokers ? [] : [planKafka(settings, layout)]),
    ...(settings.databaseUrl ? [] : [planPostgres(settings, layout, secrets)]),
    ...(sandboxed ? [planApp('sandbox')] : []),
  ];
  const services = options.apps.map(planApp);
  const apiKey = valueOf(env, 'REPORTING_KEY') ?? bootstrapKeyOf(env, secrets);
  return {
    modes,
    foundations,
    services,
    external: [
      ...(settings.brokers ? [external('kafka', brokers)] : []),
      ...(settings.databaseUrl ? [external('postgres', withoutPassword(databaseUrl))] : []),
    ],
    ports: [...foundations, ...services].flatMap(({ name }) => portsOf(name)),
    urls: Object.fromEntries([...foundations, ...services].map(({ name, url }) => [name, url])),
    env: {
      DATA_DIR: dataDir,
      KAFKA_BROKERS: brokers,
      DATABASE_URL: databaseUrl,
      RECIPIENT_HASH_KEY: recipientHashKeyOf(env, secrets),
      REPORTING_URL: localUrl(ports.reporting),
      REPORTING_KEY: apiKey,
      CUSTODY_KEYRING_DIR: custodyFolderOf(env, layout),
      ...Object.fromEntries(
        Channel.options.map((channel) => [channelSetting(channel, 'URL'), localUrl(ports[channel])]),
      ),
      RETRY_URL: localUrl(ports.retry),
    },
    sandboxed: sandboxedOf(services, modes, env),
    brokers,
    databaseUrl,
    apiKey,
  };
}

const sandboxedOf = (plans: readonly ProcessPlan[], modes: ChannelModes, env: Env): StackState['sandboxed'] =>
  Object.fromEntries(
    plans
      .filter(({ name }) => isChannel(name) && modes[name] === 'sandbox')
      .map((plan) => [plan.name, ownValues(plan.env, env)]),
  );

/** The settings in which a plan differs from the environment that it was made from. */
const ownValues = (planned: Env, env: Env) =>
  Object.fromEntries(Object.entries(planned).filter(([name, value]) => value !== undefined && value !== env[name]));

const portsOf = (name: ProcessName): PortName[] => {
  if (name === 'kafka') return ['kafka', 'kafkaController'];
  if (name === 'postgres' || name === 'sandbox') return [name];
  return [name, `${name}Metrics`, ...(isOperating(name) ? [`${name}Internal` as const] : [])];
};

/** Whether reporting asks it on an internal port. */
const isOperating = (name: string): name is OperatingService => OperatingService.safeParse(name).success;

const external = (name: ProcessName, url: string): ProcessRecord => ({
  name,
  url,
  command: '',
  state: 'ready',
  restarts: 0,
  since: new Date().toISOString(),
  external: true,
});
