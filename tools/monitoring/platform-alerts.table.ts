import { Channel } from '#libs/contracts';
import { counters, gauges } from '#libs/telemetry';
import type { Alert } from './alert.ts';
import { objectives } from './objectives.ts';
import { either, total } from './series.ts';

const { lag, latenessSeconds, eventLoopSeconds, periodDays } = objectives;
const increased = (row: Parameters<typeof total>[0], by: string, window: string, matchers = '') =>
  `sum by (${by}) (increase(${total(row, matchers)}[${window}]))`;

const services = [...Channel.options, 'retry', 'reporting'];

const lagRunbook: Alert['runbook'] = {
  means: 'Messages, passwords and codes among them, or their statuses come late.',
  look: [
    '`npx messaging status`: lag by group.',
    'Metric `nodejs_eventloop_utilization`: are the replicas busy?',
    'PostgreSQL’s and Kafka’s load.',
  ],
  act: ['Add replicas, up to the number of partitions.', 'Where PostgreSQL or Kafka is slow, mend that first.'],
};

/** What goes wrong inside the platform, or with Kafka and PostgreSQL. */
export const platformAlerts: readonly Alert[] = [
  {
    name: 'MessagingServiceAbsent',
    severity: 'critical',
    expr: services.map((service) => `absent(target_info{service_name="messaging-${service}"})`).join('\nor '),
    for: '5m',
    summary: 'A service gives no metrics.',
    description: 'No replica of {{ $labels.service_name }} is seen.',
    runbook: {
      means: 'It does not run, or Prometheus does not reach it. What it should do waits in Kafka.',
      look: ['Do its containers run? Their last log lines.', 'Prometheus’s page of targets.'],
      act: [
        'A service that ends with code 78 says which setting is wrong. Scrape a service that runs only here by its `METRICS_PORT`.',
      ],
    },
  },
  {
    name: 'MessagingLagHigh',
    severity: 'critical',
    expr: `group:messaging_consumer_lag:max{messaging_destination_name=~".*[.]urgent"} > ${lag.urgent}`,
    for: '2m',
    summary: 'Urgent messages wait in Kafka.',
    description: '{{ $value | humanize }} records of a partition of {{ $labels.messaging_destination_name }} wait.',
    runbook: lagRunbook,
  },
  {
    name: 'MessagingLagHigh',
    severity: 'warning',
    expr:
      `group:messaging_consumer_lag:max{messaging_destination_name!~".*[.](urgent|bulk)"} > ${lag.transactional}\n` +
      'and deriv(group:messaging_consumer_lag:max[15m]) > 0',
    for: '15m',
    summary: 'A consumer falls behind.',
    description:
      '{{ $labels.messaging_consumer_group_name }} is {{ $value | humanize }} records behind in a partition, and falls further.',
    runbook: lagRunbook,
  },
  {
    name: 'MessagingRetryLate',
    severity: 'warning',
    expr: `messaging:retry_lateness_seconds:max > ${latenessSeconds}`,
    for: '5m',
    summary: 'Retry releases late.',
    description: 'The oldest message that is due is {{ $value | humanizeDuration }} late.',
    runbook: {
      means: 'Messages whose time has come are not tried.',
      look: ['The log of retry: `a job fails`.', 'Is a replica of retry running? PostgreSQL’s load.'],
      act: ['After a downtime it is over by itself: releases are bounded by RETRY_RELEASE_PER_S, urgent first.'],
    },
  },
  {
    name: 'MessagingRecordsQuarantined',
    severity: 'warning',
    expr: `${increased(counters.quarantinedRecords, 'messaging_destination_name, error_type', '15m')} > 0`,
    for: '0m',
    summary: 'Records cannot be used.',
    description:
      '{{ $value | humanize }} records of {{ $labels.messaging_destination_name }} were set aside ({{ $labels.error_type }}).',
    runbook: {
      means: 'They break the contract. Each is kept as it came, and its message has ended `rejected` where it has one.',
      look: ['`npx messaging unreadable list`: by cause, with what to mend.'],
      act: ['Tell the team that publishes them. A `MSG_HANDLER_BUG` is a fault of the platform: report it.'],
    },
  },
  {
    name: 'MessagingBatchesUndecodable',
    severity: 'critical',
    expr: `${increased(counters.undecodableBatches, 'messaging_destination_name, error_type', '15m')} > 0`,
    for: '0m',
    summary: 'Batches of Kafka’s could not be decoded and were left out.',
    description: 'In {{ $labels.messaging_destination_name }} ({{ $labels.error_type }}).',
    runbook: {
      means: 'The messages in them are not sent until they are published again.',
      look: ['`npm run doctor`: which offsets.'],
      act: ['See [a batch that cannot be decoded](../operations.md#a-batch-that-cannot-be-decoded).'],
    },
  },
  {
    name: 'MessagingPartitionStuck',
    severity: 'critical',
    expr: `${increased(counters.stuckFetches, 'messaging_destination_name, error_type', '5m')} > 0`,
    for: '2m',
    summary: 'A broker cannot read a partition.',
    description: '{{ $labels.messaging_destination_name }}: {{ $labels.error_type }}.',
    runbook: {
      means: 'What is in the partition waits; the others go on.',
      look: ['The broker’s log and disk.'],
      act: ['See [a partition that the broker cannot read](../operations.md#a-partition-that-the-broker-cannot-read).'],
    },
  },
  {
    name: 'MessagingConsumerRestarting',
    severity: 'warning',
    expr: `${increased(counters.consumerRestarts, 'messaging_consumer_group_name, error_type', '10m')} > 20`,
    for: '5m',
    summary: 'A consumer starts again and again.',
    description: '{{ $labels.messaging_consumer_group_name }}: {{ $labels.error_type }}.',
    runbook: {
      means: 'It loses its group or its connection, and reads little.',
      look: ['The brokers, and the service’s log.'],
      act: ['See [a consumer that starts again and again](../operations.md#a-consumer-that-starts-again-and-again).'],
    },
  },
  {
    name: 'MessagingJobsFailing',
    severity: 'warning',
    expr: `${increased(counters.failedJobs, 'mi_job, error_type', '15m')} > 3`,
    for: '5m',
    summary: 'Periodic work of a service fails.',
    description: '{{ $labels.mi_job }}: {{ $labels.error_type }}.',
    runbook: {
      means: 'Such as releasing, deleting, or asking for receipts: it is tried again by itself.',
      look: ['The service’s log: `a job fails` names the cause.'],
      act: ['Mend the cause; mostly PostgreSQL or Kafka is away.'],
    },
  },
  {
    name: 'MessagingDatabaseRestored',
    severity: 'critical',
    expr: `${increased(counters.databasesRestored, 'mi_service', '1h')} > 0`,
    for: '0m',
    summary: 'A service is paused, since its database was set back.',
    description: '{{ $labels.mi_service }} waits for an operator.',
    runbook: {
      means: 'It sends nothing until it is lifted, so that nothing goes a second time.',
      look: ['`npx messaging restore status`.'],
      act: ['See [a restored database](../operations.md#a-restored-database).'],
    },
  },
  {
    name: 'MessagingCountsDiffer',
    severity: 'warning',
    expr: `max(${either(gauges.differentDays, (series) => series)}) > 0`,
    for: '0m',
    summary: 'Counts are not what the messages say.',
    description: 'The nightly recount found {{ $value }} day(s) whose counts differ from their messages.',
    runbook: {
      means: 'Reports of these days are wrong. Messages, timelines and what is sent are not touched.',
      look: [
        '`npx messaging reporting status`: which days, and how many rows.',
        'Was a release installed that counts otherwise, or a row changed by hand?',
      ],
      act: [
        '`npx messaging reporting rebuild`: each message is folded and each day counted anew, while facts go on.',
        'If a later night finds another day, it is a fault of the platform: report it.',
      ],
    },
  },
  {
    name: 'MessagingPeriodOld',
    severity: 'warning',
    expr: `max(${either(gauges.periodAge, (series) => series)}) > ${periodDays} * 86400`,
    for: '1h',
    summary: 'The next period of messages could not be opened.',
    description: 'The period that is open is {{ $value | humanizeDuration }} old.',
    runbook: {
      means: 'Messages are taken in all the same; what is past its retention is deleted later than it should be.',
      look: ['The log of reporting: `a job fails` (periods).', 'The rights of its user: it makes and drops tables.'],
      act: ['Mend the cause; the next try follows by itself within minutes.'],
    },
  },
  {
    name: 'MessagingReplicaBusy',
    severity: 'warning',
    expr: `instance:messaging_event_loop_delay_seconds:p99 > ${eventLoopSeconds}`,
    for: '10m',
    summary: 'A replica has more to do than it can.',
    description: 'The event loop of {{ $labels.instance }} is {{ $value | humanizeDuration }} late.',
    runbook: {
      means: 'Webhooks, health checks and leases of this replica come late.',
      look: ['Metrics `nodejs_eventloop_utilization` and `process_memory_usage`.'],
      act: ['Add replicas; give each a core and a half: [how to size](../performance.md#how-to-size).'],
    },
  },
  {
    name: 'MessagingAccessRefused',
    severity: 'warning',
    expr: `${increased(counters.apiRefusals, 'mi_api_code', '10m', 'mi_api_code=~"MSG_UNAUTHORIZED|MSG_KEY_.*|MSG_TOO_MANY_REQUESTS"')} > 100`,
    for: '5m',
    summary: 'Many requests to the API are refused.',
    description: '{{ $value | humanize }} in ten minutes ({{ $labels.mi_api_code }}).',
    runbook: {
      means: 'A program uses an old key, or somebody guesses.',
      look: ['The log of the proxy before reporting: which address?', '`npx messaging keys list --all`.'],
      act: ['Give the program a new key, or block the address.'],
    },
  },
];
