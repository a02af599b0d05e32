import type { InstrumentRow } from './instrument-row.ts';

const topic = { 'messaging.destination.name': 'topic, with prefix and lane' };
const group = { 'messaging.consumer.group.name': 'consumer group' };

const webhookEvent = {
  'mi.provider': 'provider',
  'mi.event': 'the provider’s word for the kind; `no-type` where it has none, `beyond` after 500 shapes',
};

/** All counters of the platform. A new one is a row here, and a call of `count(counters.name, labels)`. */
export const counters = {
  recordsConsumed: {
    name: 'messaging.client.consumed.messages',
    unit: '{message}',
    meaning: 'Kafka records that were taken up; a record that comes again counts again.',
    labels: {
      'messaging.system.name': '`kafka`',
      'messaging.system': 'the same, by its old name',
      'messaging.operation.name': '`process`',
      ...topic,
      ...group,
    },
  },
  messages: {
    name: 'mi.messages',
    unit: '{message}',
    meaning:
      'Messages that were accepted, that a provider took (`sent`), and that entered a status after that; counted by ' +
      'reporting as it reads the facts, so a receipt that corrects an end counts there as well.',
    labels: {
      'mi.channel': 'email, sms',
      'mi.lane': 'urgent, transactional, bulk',
      'mi.status': '`accepted`, `sent`, `delivered`, `bounced`, `failed` and the others of [delivery.md](delivery.md)',
      'mi.provider': 'the last provider that was involved; none where there was none',
      'mi.failure.kind': 'kind of the failure where the status has one',
    },
    remedy: 'where `failed` or `bounced` grows: the report by cause, and [errors](errors/README.md)',
  },
  engagements: {
    name: 'mi.engagements',
    unit: '{event}',
    meaning:
      'What recipients did with messages, as the providers report it: opened, machine-opened, clicked, read, ' +
      'replied, complained, unsubscribed; counted by reporting, each fact once.',
    labels: { 'mi.channel': 'email, sms', 'mi.provider': 'provider', 'mi.engagement': 'what was done' },
    remedy: 'where `complained` grows: stop the campaign; mailbox providers refuse a sender from 0.3 % on',
  },
  deadLetters: {
    name: 'mi.dead_letters',
    unit: '{message}',
    meaning: 'Messages that were given up, counted by reporting as it reads `messaging.dead-letters`, each once.',
    labels: {
      'mi.channel': 'email, sms',
      'mi.lane': 'urgent, transactional, bulk',
      'mi.reason': '`failed`, `expired`, `exhausted` or `unconfirmed`',
      'mi.failure.kind': 'kind of the failure',
    },
    remedy: '[operations.md](operations.md), and [errors](errors/README.md) by the code of the failure',
  },
  attempts: {
    name: 'mi.attempts',
    unit: '{attempt}',
    meaning: 'Calls to a provider that were to send a message, by how they ended.',
    labels: {
      'mi.channel': 'email, sms',
      'mi.provider': 'provider',
      'mi.outcome':
        '`sent`, `failed`, `unknown` (the answer was lost), `validated` (only checked) or `waiting` and ' +
        '`expired` (it could not begin in time)',
      'mi.failure.kind': 'kind of the failure ([delivery.md](delivery.md#failures)); none where there is none',
    },
    remedy: 'where `failed` grows: the log lines `attempt` name the code, [errors](errors/README.md) what to do',
  },
  assumedRefusals: {
    name: 'mi.provider.assumed_refusals',
    unit: '{attempt}',
    meaning: 'Answers 5xx that are taken as refusals, as the settings say: the message goes again and may exist twice.',
    labels: { 'mi.channel': 'email, sms', 'mi.provider': 'provider' },
  },
  circuitChanges: {
    name: 'mi.provider.circuits',
    unit: '{change}',
    meaning: 'Changes of circuits: calls to a provider fail, or no longer; each replica has circuits of its own.',
    labels: { 'mi.channel': 'email, sms', 'mi.provider': 'provider', 'mi.circuit.state': '`open` or `closed`' },
    remedy: 'where `open` grows: look at the provider’s status page, and whether other replicas reach it',
  },
  providerHolds: {
    name: 'mi.provider.holds',
    unit: '{change}',
    meaning: 'Changes of holds: a provider is left alone, or takes calls again; each replica counts what it learns.',
    labels: { 'mi.channel': 'email, sms', 'mi.provider': 'provider', 'mi.hold.state': '`held` or `lifted`' },
    remedy: 'where `held` grows: the log lines `a provider is left alone` name the code',
  },
  webhookEvents: {
    name: 'mi.webhook.events',
    unit: '{event}',
    meaning: 'Events of verified webhooks that are about a message of ours; a repeat counts again.',
    labels: { 'mi.provider': 'provider', 'mi.event': 'the provider’s word for the kind' },
  },
  receiptLookups: {
    name: 'mi.receipt.lookups',
    unit: '{question}',
    meaning: 'Questions to a provider about messages whose receipt is missing; one may be about several.',
    labels: {
      'mi.channel': 'email, sms',
      'mi.provider': 'provider',
      'mi.outcome': '`answered`, `unanswered` (asked again in a minute) or `may-not-ask` (the key or plan forbids it)',
    },
    remedy: 'where `may-not-ask` grows: docs/accounts.md has the rights that a key needs',
  },
  endedWithoutReceipt: {
    name: 'mi.receipt.missing',
    unit: '{message}',
    meaning: 'Messages that a provider took and whose end nobody knows: no receipt came in time.',
    labels: { 'mi.channel': 'email, sms', 'mi.provider': 'provider' },
    remedy: '[operations.md](operations.md#receipts-that-do-not-come): look at the provider’s webhook',
  },
  undecodableBatches: {
    name: 'mi.batches.undecodable',
    unit: '{batch}',
    meaning:
      'Batches of Kafka’s that could not be decoded and were left out, once in each service that reads the topic.',
    labels: {
      ...topic,
      'error.type': '`magic`, `crc`, `codec`, `compression` or `records` ([operations.md](operations.md))',
    },
    remedy: '[operations.md](operations.md): find the producer, and let it publish again',
  },
  stuckFetches: {
    name: 'mi.partitions.stuck',
    unit: '{fetch}',
    meaning: 'Fetches of a partition that its broker could not read; it is asked again every five seconds.',
    labels: { ...topic, 'error.type': 'Kafka’s name of the error, `NOTHING_TO_READ` or `INCOMPLETE_BATCH`' },
    remedy: '[operations.md](operations.md): the broker’s copy of the partition is damaged',
  },
  consumerRestarts: {
    name: 'mi.consumer.restarts',
    unit: '{restart}',
    meaning:
      'Times that a consumer lost its group or connection and started again; more than five a minute degrade the ' +
      'readiness.',
    labels: { ...group, 'error.type': 'name of the error' },
    remedy: 'look at the brokers, and at the service’s log',
  },
  failedJobs: {
    name: 'mi.jobs.failed',
    unit: '{round}',
    meaning:
      'Rounds that failed of what a service does again and again, such as releasing or deleting; three in a row ' +
      'degrade the readiness.',
    labels: { 'mi.job': 'the job, as its log names it', 'error.type': 'name of the error' },
    remedy: 'look into the service’s log for `a job fails`',
  },
  databasesRestored: {
    name: 'mi.database.restored',
    unit: '{restore}',
    meaning:
      'Times that a service found its schema set back, as after a restore from a backup; each replica counts. It is ' +
      'paused until an operator lifts that.',
    labels: { 'mi.service': 'email, sms, retry' },
    remedy: '[what to do](operations.md#a-restored-database)',
  },
  quarantinedRecords: {
    name: 'mi.records.quarantined',
    unit: '{record}',
    meaning: 'Records put into `messaging.unreadable`, by topic and reason.',
    labels: { ...topic, 'error.type': 'code of the reason (docs/errors)' },
    remedy: 'look at the topic (`x-error…` in the headers say why); a `MSG_HANDLER_BUG` is a fault of the platform',
  },
  releasedAgain: {
    name: 'mi.lost.releases',
    unit: '{message}',
    meaning:
      'Messages that retry released once more, since the record of the first release, or what its channel reported ' +
      'of it, was lost.',
    labels: { 'mi.channel': 'email, sms' },
    remedy: 'look for the cause in `messaging.unreadable`; the messages themselves go on',
  },
  parkedFull: {
    name: 'mi.parked.limit',
    unit: '{change}',
    meaning: 'Changes of whether too much is parked (`PARKED_MAX`).',
    labels: { 'mi.parked.state': '`full`, or `room` again' },
    remedy: 'find out which providers are left alone: `messaging holds list`',
  },
  bulkHeld: {
    name: 'mi.bulk.held',
    unit: '{change}',
    meaning: 'Begins and ends of times in which a replica leaves bulk requests in Kafka, since too much is parked.',
    labels: { 'mi.channel': 'email, sms', 'mi.held': '`begins` or `ends`' },
  },
  controls: {
    name: 'mi.controls',
    unit: '{change}',
    meaning: 'Operators’ controls that a service has taken up: pauses, their ends, cancellations by filter, lifts.',
    labels: {
      'mi.service': 'email, sms, retry',
      'mi.control.kind': '`pause`, `cancel` or `lift`',
      'mi.control.state': '`on` or `off`',
    },
  },
  pausedMessages: {
    name: 'mi.paused.messages',
    unit: '{message}',
    meaning: 'Messages that were put off since an operator has paused what they belong to; each time counts.',
    labels: { 'mi.channel': 'email, sms', 'mi.control.target': '`channel`, `lane`, `tenant` or `template`' },
  },
  cancelledByFilter: {
    name: 'mi.cancelled.by_filter',
    unit: '{message}',
    meaning: 'Messages that waited in retry and were cancelled by an operator’s filter.',
    labels: { 'mi.channel': 'email, sms' },
  },
  requestsHeld: {
    name: 'mi.paused.requests',
    unit: '{change}',
    meaning:
      'Begins and ends of times in which a replica leaves requests in Kafka, since their channel or lane is paused.',
    labels: { 'mi.channel': 'email, sms', 'mi.held': '`begins` or `ends`' },
  },
  broughtForward: {
    name: 'mi.parked.forward',
    unit: '{message}',
    meaning:
      'Messages that waited for a provider and were made due by retry, since one of those that can take them is not ' +
      'held.',
    labels: {},
  },
  handedOverAgain: {
    name: 'mi.lost.handovers',
    unit: '{message}',
    meaning:
      'Messages that a channel handed over to retry once more, since the record of the first hand-over, or its ' +
      'acknowledgement, was lost.',
    labels: { 'mi.channel': 'email, sms' },
    remedy: 'look for the cause in `messaging.unreadable`; the messages themselves go on',
  },
  fieldsLost: {
    name: 'mi.fields.lost',
    unit: '{field}',
    meaning:
      'Fields of facts and dead letters that reporting could not keep, such as text that is no Unicode; the rest ' +
      'is kept, and `lacks` in the timeline names them.',
    labels: { 'messaging.destination.name': 'topic, without prefix', 'mi.field': 'name of the field' },
    remedy: 'find who writes them: a service of another version, or somebody else',
  },
  lateFacts: {
    name: 'mi.facts.late',
    unit: '{fact}',
    meaning:
      'Receipts and engagements that waited for seven days, and whose message never came: it is none of ours, or is ' +
      'past its retention.',
    labels: {
      'mi.source': '`receipt`, `lookup`, or the service that reported it',
      'mi.status': '`delivered`, `opened` and the others of [delivery.md](delivery.md)',
    },
  },
  differentCounts: {
    name: 'mi.counts.different',
    unit: '{row}',
    meaning: 'Rows of counts that were not what the messages of their day say, as the nightly recount found them.',
    labels: {},
    remedy: '`messaging reporting rebuild`, and [reporting.md](reporting.md)',
  },
  suppressionLists: {
    name: 'mi.suppression.lists',
    unit: '{list}',
    meaning: 'Suppression lists of providers that were to be taken over.',
    labels: {
      'mi.channel': 'email, sms',
      'mi.result': '`read`, `unread` (not, or not whole) or `failed` (all of them: PostgreSQL or Kafka was away)',
    },
    remedy: 'where `unread` grows: the readiness (`suppression-lists`) names the list and the scope that is missing',
  },
  apiRefusals: {
    name: 'mi.api.refusals',
    unit: '{request}',
    meaning: 'Requests to the API of reporting that were refused for their key, their scope or their number.',
    labels: { 'mi.api.code': 'code of the answer, such as `MSG_KEY_EXPIRED` ([errors](errors/platform.md))' },
    remedy:
      'where `MSG_UNAUTHORIZED` or `MSG_TOO_MANY_REQUESTS` grows: look who calls, in the log of the proxy before it',
  },
  otherWebhookEvents: {
    name: 'mi.webhook.other',
    unit: '{event}',
    meaning:
      'Genuine webhook events about no message of ours: of the account, or of a kind that is new. They are kept ' +
      'in `messaging.unreadable`.',
    labels: webhookEvent,
  },
  unusableWebhookEvents: {
    name: 'mi.webhook.unusable',
    unit: '{event}',
    meaning:
      'Genuine webhook events that lack what is needed, such as the message they are about. They are kept in ' +
      '`messaging.unreadable`.',
    labels: webhookEvent,
    remedy: 'look at the topic (`x-error` says what an event lacks): perhaps the provider has changed its format',
  },
  oddWebhookFields: {
    name: 'mi.webhook.odd',
    unit: '{event}',
    meaning:
      'Genuine webhook events that were used without some of their fields, which are not as the provider ' +
      'describes them.',
    labels: webhookEvent,
    remedy: 'the log names the fields, once for each shape: perhaps the provider has changed its format',
  },
} as const satisfies Record<string, InstrumentRow>;
