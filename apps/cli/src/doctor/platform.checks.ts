import type { CheckTable } from '#libs/providers';
import { accessWords, catalogues } from '../catalogue.ts';

/** The doctor's checks besides those of the providers. */
export const platformChecks = {
  'email.provider': {
    title: 'The e-mail channel has a provider',
    meaning: 'Without a key e-mails go to the sandbox, which sends nothing.',
    remedy: `Set ${accessWords(catalogues.email)} (docs/accounts.md).`,
  },
  'sms.provider': {
    title: 'The SMS channel has a provider',
    meaning: 'Without a key texts go to the sandbox, which sends nothing.',
    remedy: `Set ${accessWords(catalogues.sms)} (docs/accounts.md).`,
  },
  'email.public-url': {
    title: 'The email service’s public address can be called by a provider',
    meaning: 'Webhooks go to an address that only this machine reaches, or over an open line.',
    remedy:
      'Set EMAIL_PUBLIC_URL to the https address at which providers reach the email service; a tunnel will do ' +
      'for a trial.',
  },
  'sms.public-url': {
    title: 'The sms service’s public address can be called by a provider',
    meaning: 'Status callbacks and replies go to an address that only this machine reaches, or over an open line.',
    remedy:
      'Set SMS_PUBLIC_URL to the https address at which providers reach the sms service; a tunnel will do for a trial.',
  },
  'email.ready': {
    title: 'The e-mail service is ready, and nothing degrades it',
    meaning:
      'A consumer starts again and again, a partition cannot be read, batches were left out, messages wait in ' +
      'vain, or what it stands on is down.',
    remedy: 'docs/operations.md says what each check means.',
  },
  'sms.ready': {
    title: 'The sms service is ready, and nothing degrades it',
    meaning:
      'A consumer starts again and again, a partition cannot be read, batches were left out, messages wait in ' +
      'vain, or what it stands on is down.',
    remedy: 'docs/operations.md says what each check means.',
  },
  'retry.ready': {
    title: 'The retry service is ready, and nothing degrades it',
    meaning:
      'A consumer starts again and again, a partition cannot be read, batches were left out, messages wait in ' +
      'vain, or what it stands on is down.',
    remedy: 'docs/operations.md says what each check means.',
  },
  'reporting.ready': {
    title: 'The reporting service is ready, and nothing degrades it',
    meaning:
      'A consumer starts again and again, a partition cannot be read, batches were left out, messages wait in ' +
      'vain, or what it stands on is down.',
    remedy: 'docs/operations.md says what each check means.',
  },
  'kafka.reachable': {
    title: 'Kafka can be reached',
    meaning: 'Nothing is read or published until it can.',
    remedy:
      'npm start brings a local one; else correct KAFKA_BROKERS, and KAFKA_SSL… and KAFKA_SASL… if it asks for them.',
  },
  'kafka.topics': {
    title: 'The topics are as the contract says',
    meaning:
      'A topic that is missing stops its service; under another cleanup policy records are lost; other settings ' +
      'may keep records too short or too long, take a wrong time from a producer, or let fewer replicas share ' +
      'the work.',
    remedy: 'messaging topics plan shows the difference, messaging topics apply makes it good.',
  },
  'kafka.retention': {
    title: 'The ledger remembers longer than the request topics keep',
    meaning:
      'A request that is read again after the ledger forgot it would be sent twice; the service refuses to start.',
    remedy: 'Raise LEDGER_RETENTION_DAYS, or lower the topics’ retention (messaging topics apply).',
  },
  'kafka.undecodable': {
    title: 'No batch was left out because it could not be decoded',
    meaning:
      'What it held is lost until its producer publishes it again; within the last day it counts as failed, ' +
      'within seven as a warning.',
    remedy: 'docs/operations.md (batches that cannot be decoded) says how to find what was in it.',
  },
  'postgres.reachable': {
    title: 'PostgreSQL can be reached',
    meaning: 'Nothing is sent until it can: claims come first.',
    remedy: 'npm start brings a local one; else correct DATABASE_URL, and DATABASE_SSL if it asks for TLS.',
  },
  'postgres.schema': {
    title: 'Each service’s schema is up to date',
    meaning:
      'With DATABASE_MIGRATE=false a service does not bring its tables itself: it waits for them and does nothing.',
    remedy:
      'Run the job that brings them, or start each service once with DATABASE_MIGRATE=true, under a login that ' +
      'may create tables.',
  },
  'postgres.stuck-messages': {
    title: 'No message stands still between a channel and retry',
    meaning:
      'Messages that went several times, and of which the other service has read and said nothing: a fault of ' +
      'the platform, or records that cannot be read.',
    remedy:
      'Look into messaging.unreadable and the logs of the services named; docs/operations.md says how to find ' +
      'the messages.',
  },
  'custody.keys': {
    title: 'The folder of keys can be used, and every key in it is sound',
    meaning:
      'Until it can, nobody is taken off a provider’s list by an operation: those that were asked for wait, and ' +
      'fail after half an hour.',
    remedy: 'messaging custody check says what is wrong; docs/suppressions.md says how the folder has to be.',
  },
  'standstill.lag': {
    title: 'The services read what is published',
    meaning: 'A group of consumers is 10,000 records or more behind: messages wait unread in Kafka.',
    remedy: 'messaging status says which group and topic; look whether that service runs, and what its readiness says.',
  },
  'standstill.holds': {
    title: 'No provider is held',
    meaning: 'An answer of the provider asked to leave it alone: what no other provider can take waits.',
    remedy: 'messaging holds list says why; once the cause is mended, messaging holds lift.',
  },
  'standstill.pauses': {
    title: 'Nothing is paused by an operator',
    meaning: 'What is paused waits, and expires at its time.',
    remedy: 'messaging controls says who has paused it and why; messaging resume lets it go on.',
  },
  'standstill.messages': {
    title: 'Messages leave in time, and none was given up without anybody having dealt with it',
    meaning: 'Retry releases what is due a minute late or more, or dead letters are open.',
    remedy: 'messaging letters causes says why they were given up; messaging redrive or discard deals with them.',
  },
  'standstill.records': {
    title: 'No record was quarantined within a day',
    meaning: 'Records that no schema accepts, or that could not be handled, lie in messaging.unreadable.',
    remedy: 'messaging unreadable list says which, and what to mend.',
  },
  'standstill.operations': {
    title: 'Every operation is taken up by its services',
    meaning: 'A service has said nothing of an operation for a minute.',
    remedy: 'Look whether the service named runs: the operation goes on once it is back.',
  },
} satisfies CheckTable;
