import type { z } from 'zod';
import { EmailRequested } from './request/email-request.ts';
import { CancelRequested, DeadLetter, InboundReceived, SendDeferred, SendDue, SendPlanned } from './event/handover.ts';
import { Channel, type Lane } from './request/primitives.ts';
import { SmsRequested } from './request/sms-request.ts';
import { StatusChanged } from './event/status.ts';
import { ControlChanged } from './event/control.ts';
import { OperationChanged, OperationRequested } from './event/operation.ts';
import { ParkedChanged } from './event/parked.ts';
import { ProviderChanged } from './event/provider.ts';
import { ReceiptMissing } from './event/receipt-missing.ts';
import { SuppressionChanged } from './event/suppression.ts';

export type Party = 'upstream' | Channel | 'retry' | 'reporting' | 'operators';

export interface TopicOptions<S extends z.ZodType | null> {
  /** What the value contains; null: raw bytes. */
  schema: S;
  /** What the key is. */
  key: string;
  /** Its purpose, for the docs. */
  meaning: string;
  from: Party[];
  to: Party[];
  /** One topic per lane: none (transactional), .urgent, .bulk. */
  lanes?: boolean;
  /** Compacted: the latest value per key is kept without limit of time. */
  compacted?: boolean;
  /** How long records are kept, in hours. */
  retentionHours?: number;
  /** Largest record, in bytes. */
  maxBytes?: number;
  /** Part of the contract, but no service reads or writes it yet. */
  coming?: boolean;
  /** Whether each consumer creates a span for each record. */
  traced?: boolean;
  /**
   * Whether records get the broker's timestamp (LogAppendTime) instead of the producer's. Upstream's clients may write
   * no timestamp, seconds, or the time of a wrong clock, and the age of a request and its expiry are computed from it.
   */
  brokerTime?: boolean;
  /** Whether consumers read it in batches: it has much traffic, and no single record is urgent. */
  batched?: boolean;
}

export interface Topic<S extends z.ZodType | null = z.ZodType | null> extends Required<TopicOptions<S>> {
  /** Without prefix and lane, such as `email.requested`. */
  name: string;
}

const channels = Channel.options;
const DAY = 24;
const MIB = 1024 * 1024;

function topic<S extends z.ZodType | null>(name: string, options: TopicOptions<S>): Topic<S> {
  return { name, lanes: false, compacted: false, retentionHours: 7 * DAY, maxBytes: MIB, traced: true, brokerTime: false, batched: false, coming: false, ...options };
}

// A request inside a hand-over has its history beside it: these topics accept twice the size of a request.
const withHistory = { maxBytes: 2 * MIB };

// Four services read every fact: a span for each would hide the spans that matter and show nothing new.
/** All topics. Provisioning, wiring tests, AsyncAPI and the picture in the docs are derived from this map. */
export const topics = {
  emailRequested: topic('email.requested', { schema: EmailRequested, lanes: true, brokerTime: true, key: 'upstream’s choice', from: ['upstream'], to: ['email', 'reporting'], meaning: 'Send this e-mail.' }),
  smsRequested: topic('sms.requested', { schema: SmsRequested, lanes: true, brokerTime: true, key: 'upstream’s choice', from: ['upstream'], to: ['sms', 'reporting'], meaning: 'Send this SMS, MMS or WhatsApp message.' }),
  emailDue: topic('email.due', { schema: SendDue, lanes: true, key: 'the request’s own key', from: ['retry'], to: ['email'], meaning: 'Its time has come: send again, or reconcile.', ...withHistory }),
  smsDue: topic('sms.due', { schema: SendDue, lanes: true, key: 'the request’s own key', from: ['retry'], to: ['sms'], meaning: 'Its time has come: send again, or reconcile.', ...withHistory }),
  sendDeferred: topic('send.deferred', { schema: SendDeferred, key: 'messageId', from: channels, to: ['retry'], meaning: 'Not sent now: failed, unknown, or waiting for its time.', ...withHistory }),
  sendPlanned: topic('send.planned', { schema: SendPlanned, key: 'messageId', from: ['retry'], to: channels, meaning: 'Retry has decided on a hand-over: its channel need not keep it any longer.', retentionHours: DAY, traced: false, batched: true }),
  statusChanged: topic('status.changed', { schema: StatusChanged, key: 'messageId', from: [...channels, 'retry'], to: ['reporting', 'upstream', 'retry', ...channels], meaning: 'Every lifecycle fact, receipts included.', traced: false, batched: true }),
  deadLetters: topic('dead-letters', { schema: DeadLetter, key: 'messageId', from: ['retry'], to: ['operators', 'reporting'], meaning: 'Given up: what was asked, what was tried, what to do.', retentionHours: 30 * DAY, ...withHistory }),
  unreadable: topic('unreadable', { schema: null, key: 'as it came', from: [...channels, 'retry', 'reporting'], to: ['operators', 'reporting'], meaning: 'What no schema accepts, bytes as they came; origin and error in headers.', retentionHours: 30 * DAY, ...withHistory }),
  inboundReceived: topic('inbound.received', { schema: InboundReceived, key: 'the keyed hash of who wrote it', from: ['sms'], to: ['upstream', 'sms'], meaning: 'A reply (SMS, MMS, WhatsApp).' }),
  cancelRequested: topic('cancel.requested', { schema: CancelRequested, brokerTime: true, key: 'messageId', from: ['upstream', 'reporting'], to: ['retry', ...channels], meaning: 'Do not send this one any more.' }),
  suppressionChanged: topic('suppression.changed', { schema: SuppressionChanged, key: 'channel, recipient hash and scope', from: channels, to: [...channels, 'upstream', 'operators', 'reporting'], meaning: 'Who must not be written to, and why; no value: it is lifted.', compacted: true }),
  providerChanged: topic('provider.changed', { schema: ProviderChanged, key: 'channel, provider, account and scope', from: channels, to: ['retry'], meaning: 'A provider is left alone for a while, or no longer, and why.', compacted: true, traced: false }),
  parkedChanged: topic('parked.changed', { schema: ParkedChanged, brokerTime: true, key: '`parked`', from: ['retry'], to: channels, meaning: 'Retry has parked too much, or no longer: bulk requests stay in Kafka.', retentionHours: DAY, traced: false }),
  receiptMissing: topic('receipt.missing', { schema: ReceiptMissing, key: 'messageId', from: ['reporting'], to: channels, meaning: 'A provider took it, and no receipt has come: its channel asks the provider.', traced: false }),
  operationRequested: topic('operation.requested', { schema: OperationRequested, brokerTime: true, key: 'operationId', from: ['reporting'], to: ['retry', ...channels], meaning: 'A job of an operator, such as a redrive.', traced: false }),
  operationChanged: topic('operation.changed', { schema: OperationChanged, key: 'operationId', from: ['retry', ...channels], to: ['reporting'], meaning: 'How far a service is with an operation.', traced: false }),
  controlChanged: topic('control.changed', { schema: ControlChanged, key: 'kind and target; of a lift its hold, of a cancellation its rule', from: ['reporting'], to: [...channels, 'retry', 'reporting'], meaning: 'What operators have paused, resumed, cancelled by filter, or lifted.', compacted: true, traced: false }),
} as const;

export type TopicName = keyof typeof topics;

const laneSuffix: Record<Lane, string> = { transactional: '', urgent: '.urgent', bulk: '.bulk' };

/** The full names of a topic: one, or one per lane. `prefix` is prepended unchanged. */
export function topicNames(of: Topic, prefix: string): string[] {
  return of.lanes ? (Object.keys(laneSuffix) as Lane[]).map((lane) => topicName(of, prefix, lane)) : [prefix + of.name];
}

/** The full name of one topic. `lane` is ignored where the topic has no lanes. */
export function topicName(of: Topic, prefix: string, lane: Lane = 'transactional'): string {
  return prefix + of.name + (of.lanes ? laneSuffix[lane] : '');
}

/** The lane of a full topic name. */
export function laneOf(fullName: string): Lane {
  if (fullName.endsWith('.urgent')) return 'urgent';
  return fullName.endsWith('.bulk') ? 'bulk' : 'transactional';
}
