import type { ToolSetting } from '#libs/providers';
import { Channel } from '#libs/contracts';
import { allProviders } from '../catalogue.ts';
import { channelSetting } from './channel-services.ts';

/**
 * The commands' own settings, besides the services' and the ports of `messaging up`; test/docs.spec.ts checks the docs
 * against this list.
 */
export const toolSettings: readonly ToolSetting[] = [
  {
    name: 'DATA_DIR',
    meaning: 'npm start and all that asks the local system: the folder that holds its state.',
    standard: '.data',
  },
  ...Channel.options.map((channel) => ({
    name: channelSetting(channel, 'PUBLIC_URL'),
    meaning: `npm start, doctor, docker-compose.yml: PUBLIC_URL of the ${channel} service.`,
  })),
  ...Channel.options.map((channel) => ({
    name: channelSetting(channel, 'URL'),
    meaning: `doctor: where the ${channel} service is, when npm start does not run it here.`,
  })),
  {
    name: 'RETRY_URL',
    meaning: 'doctor: where the retry service is, when npm start does not run it here.',
  },
  {
    name: 'REPORTING_URL',
    meaning: 'All commands that ask the system: where the reporting service is, when npm start does not run it here.',
    standard: 'http://127.0.0.1:8080',
  },
  {
    name: 'REPORTING_KEY',
    meaning:
      'All commands that ask the system: the API key to call the reporting service with (or REPORTING_KEY_FILE). ' +
      'Unset: the one that npm start keeps in .data/api-key.',
  },
  {
    name: 'KAFKA_TOPIC_PARTITIONS',
    meaning: 'topics apply, npm start: partitions of a topic that is made.',
    standard: '6',
  },
  {
    name: 'KAFKA_TOPIC_REPLICATION',
    meaning: 'topics apply, npm start: replicas of a topic that is made; -1: the broker’s default.',
    standard: '-1',
  },
  {
    name: 'KAFKA_TOPIC_MIN_INSYNC_REPLICAS',
    meaning: 'topics apply, npm start: min.insync.replicas of the topics. Unset: the broker’s default.',
  },
  ...allProviders.flatMap((provider) => provider.toolSettings ?? []),
  { name: 'JAVA_HOME', meaning: 'npm start, npm test: the JDK that runs Kafka. Unset: the java of the PATH.' },
  {
    name: 'PROVIDER_ERRORS',
    meaning:
      'npm test: a collected list of the providers’ codes to hold the failure tables against; where it is not ' +
      'there that test is skipped.',
    standard: '../shared/provider-errors.json',
  },
  {
    name: 'PROVIDER_SPECS',
    meaning:
      'npm test: the folder of the providers’ official descriptions; where it is not there those tests are skipped.',
    standard: '../shared/provider-specs',
  },
];
