import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createKafka } from '../../kafka/kafka-client.ts';
import type { Layout } from '../../environment/layout.ts';
import { CliError } from '../../errors.ts';
import type { Env } from '../../environment/env.ts';
import type { Settings } from '../settings/settings.ts';
import type { ProcessPlan } from '../process/supervised-process.ts';
import { runTool } from '../tool.ts';

const MIB = 1024 * 1024;
const host = '127.0.0.1';

/** One Kafka node, broker and controller in one (KRaft), with its data in DATA_DIR/kafka. */
export function planKafka(settings: Settings, layout: Layout): ProcessPlan {
  const brokers = `${host}:${settings.ports.kafka}`;
  const java = javaCommand(settings.env);
  const env = { ...settings.env, LANG: 'C.UTF-8' };
  const properties = join(layout.kafka, 'server.properties');
  const onClassPath = ['-cp', join(settings.root, 'deploy', 'kafka', 'target', 'dependency', '*')];
  const logging = `-Dlog4j2.configurationFile=${join(settings.root, 'deploy', 'kafka', 'log4j2.xml')}`;
  return {
    name: 'kafka',
    url: brokers,
    command: java,
    args: ['-Xms256m', '-Xmx512m', '-Djava.awt.headless=true', logging, ...onClassPath, 'kafka.Kafka', properties],
    env,
    cwd: settings.root,
    log: layout.log('kafka'),
    stopSignal: 'SIGTERM',
    stopWithinMs: 20_000,
    readyWithinMs: 90_000,
    prepare: async (signal) => {
      requireJars(settings.root);
      mkdirSync(layout.kafka, { recursive: true });
      writeFileSync(properties, serverProperties(settings, layout));
      if (existsSync(join(layout.kafka, 'data', 'meta.properties'))) return;
      const format = [
        'format',
        '--standalone',
        '--ignore-formatted',
        '--cluster-id',
        clusterId(),
        '--config',
        properties,
      ];
      const args = [
        '-Xmx128m',
        '-XX:TieredStopAtLevel=1',
        logging,
        ...onClassPath,
        'kafka.tools.StorageTool',
        ...format,
      ];
      await runTool({
        purpose: 'Preparing the storage of Kafka',
        command: java,
        args,
        env,
        log: layout.log('kafka'),
        signal,
      });
    },
    isReady: () => answers(settings.ports.kafka, { KAFKA_BROKERS: brokers }),
  };
}

function serverProperties({ ports }: Settings, layout: Layout): string {
  const values = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `${host}:${ports.kafkaController}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${host}:${ports.kafka},CONTROLLER://${host}:${ports.kafkaController}`,
    'advertised.listeners': `PLAINTEXT://${host}:${ports.kafka},CONTROLLER://${host}:${ports.kafkaController}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(layout.kafka, 'data'),
    'auto.create.topics.enable': false,
    'message.max.bytes': 5 * MIB,
    'num.partitions': 6,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // After a crash the node waits until its own earlier session expires.
    'broker.session.timeout.ms': 5_000,
    'broker.heartbeat.interval.ms': 1_000,
    // There is only one member: waiting for more would only delay the first message.
    'group.initial.rebalance.delay.ms': 0,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

export const javaCommand = (env: Env): string => (env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : 'java');

/** 16 bytes in base64url, as Kafka writes ids; a leading dash would be parsed as an option. */
function clusterId(): string {
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

function requireJars(root: string): void {
  const jars = join(root, 'deploy', 'kafka', 'target', 'dependency');
  if (existsSync(jars) && readdirSync(jars).some((name) => name.endsWith('.jar'))) return;
  throw new CliError('Apache Kafka is not there yet.', [
    'node tools/setup.mjs --kafka fetches it (needs a JDK 17+ and Maven)',
    'or use a broker that runs already: KAFKA_BROKERS=host:9092',
  ]);
}

/** Its socket is open before it can answer: only an answer counts. */
async function answers(port: number, env: Env): Promise<boolean> {
  if (!(await isOpen(port))) return false;
  const admin = createKafka(env, 'start').admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    const { controller, brokers } = await admin.describeCluster();
    return controller !== null && brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
