/** A Kafka for kafka.int-spec.ts with two ways in: TLS with a login, and mutual TLS. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import { planKafka } from '../../apps/cli/src/stack/kafka/kafka.ts';
import { readSettings } from '../../apps/cli/src/stack/settings/settings.ts';
import type { ProcessPlan } from '../../apps/cli/src/stack/process/supervised-process.ts';
import { runTool } from '../../apps/cli/src/stack/tool.ts';
import { freePorts } from '../setup/free-ports.ts';
import { anAuthority, type Authority } from './certificates.ts';
import { host, type Home } from '../setup/hosting.ts';

export interface SecuredKafka {
  /** Asks for a login, over TLS; its certificate is for `localhost`. */
  loginPort: string;
  /** Asks for a client's certificate. */
  mutualPort: string;
  username: string;
  password: string;
  files: Record<
    'ca' | 'otherCa' | 'password' | 'clientCertificate' | 'clientKey' | 'strangerCertificate' | 'strangerKey',
    string
  >;
}

await host('secure', async (home) => {
  const [loginPort, mutualPort, controllerPort] = (await freePorts(3)) as [string, string, string];
  const authority = anAuthority('authority');
  const password = randomBytes(18).toString('base64url');
  const secured: SecuredKafka = {
    loginPort,
    mutualPort,
    username: 'messaging',
    password,
    files: filesOf(home, authority, password),
  };
  await home.run(planSecured(home, secured, controllerPort, authority));
  return secured;
});

function filesOf({ dataDir }: Home, authority: Authority, password: string): SecuredKafka['files'] {
  const other = anAuthority('other authority');
  const client = authority.issue('client');
  const stranger = other.issue('client');
  const file = (name: string, content: string) => {
    writeFileSync(join(dataDir, name), content, { mode: 0o600 });
    return join(dataDir, name);
  };
  return {
    ca: file('ca.pem', authority.certificate),
    otherCa: file('other-ca.pem', other.certificate),
    // Secret stores mount files that end with a line break as often as not.
    password: file('password', `${password}\n`),
    clientCertificate: file('client.pem', client.certificate),
    clientKey: file('client-key.pem', client.key),
    strangerCertificate: file('stranger.pem', stranger.certificate),
    strangerKey: file('stranger-key.pem', stranger.key),
  };
}

/** The local Kafka's programs with properties of our own. */
function planSecured(
  { dataDir, layout }: Home,
  secured: SecuredKafka,
  controllerPort: string,
  authority: Authority,
): ProcessPlan {
  const settings = readSettings({
    ...process.env,
    DATA_DIR: dataDir,
    KAFKA_PORT: secured.loginPort,
    KAFKA_CONTROLLER_PORT: controllerPort,
  });
  const standard = planKafka(settings, layout);
  const java = standard.args.slice(0, -2);
  const properties = join(layout.kafka, 'server.properties');
  const { username, password, files } = secured;
  return {
    ...standard,
    prepare: async (signal) => {
      mkdirSync(layout.kafka, { recursive: true });
      writeFileSync(properties, serverProperties(secured, controllerPort, authority, join(layout.kafka, 'data')), {
        mode: 0o600,
      });
      const user = ['--add-scram', `SCRAM-SHA-512=[name=${username},password=${password}]`];
      const format = [
        'format',
        '--standalone',
        '--ignore-formatted',
        '--cluster-id',
        'c2VjdXJlZC1mb3ItdGVzdA',
        ...user,
        '--config',
        properties,
      ];
      const args = ['-XX:TieredStopAtLevel=1', ...java, 'kafka.tools.StorageTool', ...format];
      await runTool({
        purpose: 'Preparing the storage of the secured Kafka',
        command: standard.command,
        args,
        env: standard.env,
        log: standard.log,
        signal,
      });
    },
    isReady: () =>
      answers({
        KAFKA_BROKERS: `localhost:${secured.mutualPort}`,
        KAFKA_SSL: 'true',
        KAFKA_SSL_CA_FILE: files.ca,
        KAFKA_SSL_CERT_FILE: files.clientCertificate,
        KAFKA_SSL_KEY_FILE: files.clientKey,
      }),
  };
}

function serverProperties(
  { loginPort, mutualPort, username, password }: SecuredKafka,
  controllerPort: string,
  authority: Authority,
  data: string,
): string {
  const server = authority.issue('localhost');
  const login = 'listener.name.login';
  const listenersAt = (host: string) =>
    `LOGIN://${host}:${loginPort},MUTUAL://${host}:${mutualPort},CONTROLLER://127.0.0.1:${controllerPort}`;
  const values = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'MUTUAL',
    listeners: listenersAt('127.0.0.1'),
    'advertised.listeners': listenersAt('localhost'),
    'listener.security.protocol.map': 'LOGIN:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': onOneLine(server.certificate),
    'ssl.keystore.key': onOneLine(server.key),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': onOneLine(authority.certificate),
    'listener.name.mutual.ssl.client.auth': 'required',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
    [`${login}.scram-sha-512.sasl.jaas.config`]: 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    [`${login}.plain.sasl.jaas.config`]:
      'org.apache.kafka.common.security.plain.PlainLoginModule required ' + `user_${username}="${password}";`,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** As a property file continues a value over lines. */
function onOneLine(pem: string): string {
  return pem.trim().replaceAll('\n', String.raw`\n`);
}

async function answers(env: NodeJS.ProcessEnv): Promise<boolean> {
  const admin = createKafka(env, 'start').admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    const { controller, brokers } = await admin.describeCluster();
    return controller !== null && brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}
