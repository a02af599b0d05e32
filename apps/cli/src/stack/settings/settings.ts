import { type Channel, perChannel } from '#libs/contracts';
import { channelServices, channelSetting } from '../../environment/channel-services.ts';
import { dataDirOf, type Env, projectRoot, valueOf } from '../../environment/env.ts';
import { CliError } from '../../errors.ts';

const internalPort = (channel: Channel) => ({
  setting: channelSetting(channel, 'INTERNAL_PORT'),
  standard: channelServices[channel].internalPort,
  wantedBy: `the internal port of the ${channel} service`,
});

/** Each port: the variable that sets it, its default, and its purpose. */
export const portSettings = {
  kafka: { setting: 'KAFKA_PORT', standard: 9092, wantedBy: 'Kafka' },
  kafkaController: { setting: 'KAFKA_CONTROLLER_PORT', standard: 9093, wantedBy: "Kafka's controller" },
  postgres: { setting: 'POSTGRES_PORT', standard: 5442, wantedBy: 'PostgreSQL' },
  sandbox: { setting: 'SANDBOX_PORT', standard: 4010, wantedBy: 'the provider sandbox' },
  reporting: { setting: 'REPORTING_PORT', standard: 8080, wantedBy: 'the reporting service' },
  ...perChannel((channel) => ({
    setting: channelSetting(channel, 'PORT'),
    standard: channelServices[channel].port,
    wantedBy: `the ${channel} service`,
  })),
  retry: { setting: 'RETRY_PORT', standard: 8083, wantedBy: 'the retry service' },
  reportingMetrics: {
    setting: 'REPORTING_METRICS_PORT',
    standard: 9464,
    wantedBy: 'the metrics of the reporting service',
  },
  emailMetrics: { setting: 'EMAIL_METRICS_PORT', standard: 9465, wantedBy: 'the metrics of the email service' },
  smsMetrics: { setting: 'SMS_METRICS_PORT', standard: 9466, wantedBy: 'the metrics of the sms service' },
  emailInternal: internalPort('email'),
  smsInternal: internalPort('sms'),
  retryInternal: {
    setting: 'RETRY_INTERNAL_PORT',
    standard: 8093,
    wantedBy: 'the internal port of the retry service',
  },
  retryMetrics: { setting: 'RETRY_METRICS_PORT', standard: 9467, wantedBy: 'the metrics of the retry service' },
};
export type PortName = keyof typeof portSettings;
export type Ports = Record<PortName, number>;

export interface Settings {
  /** The checkout. */
  root: string;
  /** Where all state is kept; absolute. */
  dataDir: string;
  ports: Ports;
  /** A Kafka that runs elsewhere, if one is given. */
  brokers: string | undefined;
  /** A PostgreSQL that runs elsewhere, if one is given. */
  databaseUrl: string | undefined;
  /** The whole environment, `.env` included. */
  env: Env;
}

/** The settings of `npm start`. @throws CliError naming every port setting that makes no sense */
export function readSettings(env: Env, root: string = projectRoot): Settings {
  return {
    root,
    dataDir: dataDirOf(env, root),
    ports: readPorts(env),
    brokers: env['KAFKA_BROKERS'] || undefined,
    databaseUrl: valueOf(env, 'DATABASE_URL'),
    env,
  };
}

function readPorts(env: Env): Ports {
  const problems: string[] = [];
  const ports = {} as Ports;
  const users = new Map<number, string>();
  for (const [name, { setting, standard }] of Object.entries(portSettings) as [
    PortName,
    (typeof portSettings)[PortName],
  ][]) {
    const port = env[setting] ? Number(env[setting]) : standard;
    const other = users.get(port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      problems.push(`${setting} must be a port from 1 to 65535`);
    else if (other) problems.push(`${setting} and ${other} are both ${port}`);
    users.set(port, setting);
    ports[name] = port;
  }
  if (problems.length > 0)
    throw new CliError(`The settings do not fit: ${problems.join('; ')}.`, [
      'correct them in the environment or in .env',
    ]);
  return ports;
}
