import type { InstrumentRow } from './instrument-row.ts';

const channel = { 'mi.channel': 'email, sms' };

/** All gauges of the platform. A new one is a row here, and a call of `observe(gauges.name, read)`. */
export const gauges = {
  consumerLag: {
    name: 'mi.consumer.lag',
    unit: '{record}',
    meaning:
      'Records of a partition that this replica has not finished, among those that the broker had at the last ' +
      'fetch. A partition that nobody reads has no value: `messaging status` asks the brokers.',
    labels: {
      'messaging.destination.name': 'topic, with prefix and lane',
      'messaging.destination.partition.id': 'partition',
      'messaging.consumer.group.name': 'consumer group',
    },
    remedy: 'add replicas, up to the number of partitions; look at holds, circuits and the database first',
  },
  recordsInWork: {
    name: 'mi.records.in_work',
    unit: '{record}',
    meaning: 'Records that are being worked on in this replica.',
    labels: { 'messaging.consumer.group.name': 'consumer group' },
  },
  heldProviders: {
    name: 'mi.provider.held',
    unit: '{hold}',
    meaning: 'Holds in force, of a provider’s account or of one of its senders: it is left alone.',
    labels: { ...channel, 'mi.provider': 'provider' },
    remedy: '[operations.md](operations.md#a-provider-that-is-left-alone)',
  },
  openCircuits: {
    name: 'mi.provider.circuit_open',
    unit: '{circuit}',
    meaning: '1 while calls of this replica to a provider fail and are not made, else 0.',
    labels: { ...channel, 'mi.provider': 'provider' },
    remedy: '[operations.md](operations.md#a-provider-that-is-left-alone)',
  },
  waitingMessages: {
    name: 'mi.retry.waiting',
    unit: '{message}',
    meaning:
      'Messages that retry keeps: `scheduled` until their time, `parked` until a provider takes calls again; counted ' +
      'up to 100,000. Each replica of retry gives the same: take the largest.',
    labels: { 'mi.waiting': '`scheduled` or `parked`' },
    remedy: 'where `parked` grows: `messaging holds list`',
  },
  openLetters: {
    name: 'mi.dead_letters.open',
    unit: '{message}',
    meaning:
      'Dead letters that were neither redriven nor discarded, nor proved to have arrived; counted up to 100,000. ' +
      'Each replica of retry gives the same.',
    labels: {},
    remedy: '`messaging letters list`: by cause, with what to do',
  },
  releaseLateness: {
    name: 'mi.retry.lateness',
    unit: 's',
    meaning:
      'By how much the oldest message that is due and not released is late; 0 where none is. Each replica gives the ' +
      'same.',
    labels: {},
    remedy: 'look at the log of retry, and at PostgreSQL and Kafka',
  },
  differentDays: {
    name: 'mi.counts.different_days',
    unit: '{day}',
    meaning:
      'Days whose counts are not what their messages say, as far as they were compared and not counted anew since. ' +
      'Each replica of reporting gives the same.',
    labels: {},
    remedy: '`messaging reporting rebuild`, and [reporting.md](reporting.md)',
  },
  periodAge: {
    name: 'mi.period.age',
    unit: 's',
    meaning: 'How long the period is open that new messages go to. Each replica of reporting gives the same.',
    labels: {},
    remedy: 'where it grows beyond a quarter of REPORTING_TIMELINE_DAYS: the log of reporting (`a job fails`: periods)',
  },
  eventLoopDelayP50: {
    name: 'nodejs.eventloop.delay.p50',
    unit: 's',
    meaning: 'By how much the event loop was late, the median since the last export.',
    labels: {},
  },
  eventLoopDelayP99: {
    name: 'nodejs.eventloop.delay.p99',
    unit: 's',
    meaning: 'By how much the event loop was late, in the worst hundredth since the last export.',
    labels: {},
    remedy: 'the replica has more to do than one thread can: add replicas',
  },
  eventLoopDelayMax: {
    name: 'nodejs.eventloop.delay.max',
    unit: 's',
    meaning: 'By how much the event loop was late at most since the last export.',
    labels: {},
  },
  eventLoopUtilization: {
    name: 'nodejs.eventloop.utilization',
    unit: '1',
    meaning: 'The share of the time since the last export in which the event loop was busy, from 0 to 1.',
    labels: {},
    remedy: 'from 0.8 on add replicas',
  },
  heapUsed: {
    name: 'v8js.memory.heap.used',
    unit: 'By',
    meaning: 'Memory in use on V8’s heap.',
    labels: { 'v8js.heap.space.name': 'V8’s name of the part of the heap' },
  },
  memoryUsage: {
    name: 'process.memory.usage',
    unit: 'By',
    meaning: 'Memory of the process (resident set).',
    labels: {},
    remedy: 'compare with the limit of the container: [performance.md](performance.md#how-to-size)',
  },
} as const satisfies Record<string, InstrumentRow>;
