import {
  channelRegistry,
  type Failure,
  type Lane,
  SendDeferred,
  type SendDue,
  salvageHandover,
  type Topic,
  topics,
  UnreadableRecord,
} from '#libs/contracts';
import type { ChannelPort, RequestEnvelope } from '../../src/channel.port.ts';
import { decode, type IncomingRecord } from '#libs/transport';
import { eventsFor } from '../../src/publish/events.policy.ts';
import { firstHop, laterHop } from '../../src/accept/decode.ts';
import type { Delivery, Outcome } from '../../src/delivery.ts';
import { bareFirstHop, bareLaterHop, bareEvents } from '../../src/ending/ending.policy.ts';
import { originOf } from '../../src/accept/origin.ts';
import { givenBack, refusedForGood, resendPlanOf } from '../../src/template-resend/resend-plan.policy.ts';
import {
  cancelledFact,
  deadLetterOf,
  dueOf,
  endOfPlan,
  factsOf,
  leftFact,
  slimLetter,
} from '../../../../apps/retry/src/publish/facts.policy.ts';
import type { RetryPolicy } from '../../../../apps/retry/src/plan/decision.ts';
import { endNow, remains } from '../../../../apps/retry/src/plan/ending.policy.ts';
import { planRetry } from '../../../../apps/retry/src/plan/retry.policy.ts';
import { type End, outcomeBy } from './outcomes.ts';

export interface Written {
  topic: Topic;
  value: object;
}

export interface Going<R extends RequestEnvelope, M> {
  channel: ChannelPort<R, M>;
  hashKey: string;
  policy: RetryPolicy;
  ends: readonly End[];
  cancelled: boolean;
}

/** A record as it is read by the next service. */
export const recordOf = (
  topic: Topic,
  value: unknown,
  more: { lane?: Lane; timestamp?: number; key?: Buffer | null } = {},
): IncomingRecord => ({
  topic,
  topicName: `messaging.${topic.name}`,
  lane: 'transactional',
  partition: 0,
  offset: 7,
  key: null,
  headers: {},
  timestamp: 0,
  bytes: 0,
  ...more,
  value: Buffer.from(JSON.stringify(value)),
});

/**
 * Parses a record as its topic's readers do.
 * @throws UnreadableRecord
 */
const read = <T>({ topic, value }: Written): T => decode(recordOf(topic, value)).value as T;

/**
 * All records of a message, hop after hop, for given ends of the hops.
 * @throws UnreadableRecord where one of its records cannot be read
 */
export function writtenOf<R extends RequestEnvelope, M>(going: Going<R, M>, record: IncomingRecord): Written[] {
  const { channel, hashKey, ends } = going;
  const { json, value } = decode(record);
  const written: Written[] = [];
  const write = (topic: Topic, record: object | undefined) => {
    if (record) written.push({ topic, value: record });
  };
  let delivery: Delivery<M> | undefined = firstHop(channel, value as R, json, originOf(record), { hashKey });
  writeHop(bareFirstHop(channel.channel, channel.schema, json, originOf(record)), outcomeBy(delivery, ends[0]!), write);
  for (const end of ends) {
    if (!delivery) break;
    const deferred = writeHop(delivery, outcomeBy(delivery, end), write);
    writeGivenBack(delivery, end, write);
    const due: SendDue | undefined =
      deferred && plan(going, read({ topic: topics.sendDeferred, value: deferred }), end, write);
    delivery = undefined;
    if (!due) break;
    const { due: topic } = channelRegistry[channel.channel];
    const again = recordOf(topic, due, { lane: due.lane });
    delivery = laterHop(channel, read<SendDue>({ topic, value: due }), originOf(again), { hashKey });
    const bare = bareLaterHop(
      salvageHandover({ ...again, channel: channel.channel, keyIsMessageId: false })!,
      originOf(again),
    );
    writeHop(bare, outcomeBy(delivery, end), write);
  }
  return written;
}

type Write = (topic: Topic, record: object | undefined) => void;

function writeHop(delivery: Delivery<unknown>, outcome: Outcome, write: Write): SendDeferred | undefined {
  for (const reported of [eventsFor(delivery, outcome), bareEvents(delivery, outcome)]) {
    for (const fact of reported.facts) write(topics.statusChanged, fact);
    write(topics.suppressionChanged, reported.suppresses);
    write(topics.sendDeferred, reported.deferred);
  }
  return eventsFor(delivery, outcome).deferred;
}

function writeGivenBack(delivery: Delivery<unknown>, { now, failure }: End, write: Write): void {
  const { messageId, tenant, channel, hop } = delivery;
  const at = new Date(now).toISOString();
  const fact = {
    eventId: 'e-1',
    messageId,
    tenant,
    channel,
    hop,
    status: 'retrying' as const,
    final: false,
    at,
    source: 'receipt' as const,
    failure,
  };
  write(topics.sendDeferred, givenBack(resendPlanOf(delivery, 'twilio', now), fact));
  write(topics.statusChanged, refusedForGood(fact));
}

/**
 * Retry's records for a hand-over: planned, ended because it could not be processed, or because its plan cannot be
 * published.
 */
function plan(
  { policy, cancelled }: Pick<Going<never, never>, 'policy' | 'cancelled'>,
  deferred: SendDeferred,
  { now, failure }: End,
  write: Write,
): SendDue | undefined {
  const known = { accepted: false, cancelled };
  const decision = planRetry(deferred, known, policy, { now, jitter: 0.5 });
  const ended = endOf(deferred, failure, now);
  for (const [of, decided] of [
    [deferred, decision],
    [ended, endNow(ended, failure, known, new Date(now).toISOString())],
  ] as const) {
    for (const fact of factsOf(of, decided)) write(topics.statusChanged, fact);
    const letter = deadLetterOf(of, decided);
    write(topics.deadLetters, letter);
    write(topics.deadLetters, letter && slimLetter(letter));
  }
  write(topics.statusChanged, leftFact(deferred));
  if (!decision.plan) return undefined;
  const due = dueOf(deferred, decision.plan);
  write(channelRegistry[due.channel].due, due);
  write(topics.statusChanged, cancelledFact(due, new Date(now).toISOString()));
  const { fact, letter } = endOfPlan(due, failure);
  write(topics.statusChanged, fact);
  write(topics.deadLetters, letter);
  return due;
}

function endOf(deferred: SendDeferred, failure: Failure, timestamp: number): SendDeferred {
  const read = salvageHandover({ ...recordOf(topics.sendDeferred, deferred), timestamp, keyIsMessageId: true });
  if (!read) throw new UnreadableRecord('nothing can be salvaged of a hand-over that is whole');
  return remains(read, failure, timestamp);
}
