import { randomUUID } from 'node:crypto';
import { type StatusChanged, type Topic, topicName, topicNames, topics } from '#libs/contracts';
import type { Kafka, KafkaMessage } from 'kafkajs';
import type { AcceptedSend, RecordedFact, Quarantined, Shown } from './check/story.policy.ts';

/** Where the independent lists come from. */
export interface Sources {
  kafka: Kafka;
  sandboxUrl: string;
  reportingUrl: string;
  reportingToken: string;
  tenant: string;
}

/** One recipient's copy. */
interface SandboxMessage {
  reference: string | null;
  callId: string | null;
  providerMessageId: string;
  to: string;
  acceptedAt: string;
  events: { event: string; webhook: string }[];
}

/** What the provider accepted, by its own record. */
export async function acceptedSends({ sandboxUrl, tenant }: Sources): Promise<AcceptedSend[]> {
  const messages: SandboxMessage[] = [];
  for (let total = Infinity; messages.length < total;) {
    const page = await json<{ total: number; messages: SandboxMessage[] }>(
      `${sandboxUrl}/_sandbox/messages?limit=100000&offset=${messages.length}`,
    );
    if (page.messages.length === 0 && page.total > messages.length)
      throw new Error(`the sandbox shows ${messages.length} of ${page.total} messages`);
    for (const message of page.messages) messages.push(message);
    total = page.total;
  }
  const ours = messages.filter(({ reference }) => reference?.startsWith(`${tenant}-`));
  return Object.values(
    Object.groupBy(ours, ({ reference, providerMessageId }) => `${reference}/${providerMessageId}`),
  ).map((copies = []) => sendOf(copies));
}

function sendOf(copies: readonly SandboxMessage[]): AcceptedSend {
  const { reference, callId, providerMessageId, acceptedAt } = copies[0]!;
  const reportedDelivered = copies.every(({ events }) => {
    const reported = events.some(({ event, webhook }) => event === 'delivered' && webhook === 'acknowledged');
    return reported && !events.some(({ event }) => event.startsWith('bounce'));
  });
  const some = (state: string) => copies.some(({ events }) => events.some(({ webhook }) => webhook === state));
  return {
    messageId: reference ?? '',
    requestId: providerMessageId,
    recipients: copies.map(({ to }) => to),
    callId,
    acceptedAt: Date.parse(acceptedAt),
    reportedDelivered,
    telling: some('pending'),
    stoppedReporting: some('failed'),
  };
}

/** What reporting shows, page by page. */
export async function shownMessages({ reportingUrl, reportingToken, tenant }: Sources): Promise<Shown[]> {
  const shown: Shown[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ tenant, limit: '200', ...(cursor && { cursor }) });
    const page: { items: Shown[]; nextCursor: string | null } = await json(
      `${reportingUrl}/v1/messages?${query.toString()}`,
      reportingToken,
    );
    shown.push(...page.items.map(({ messageId, status, final }) => ({ messageId, status, final })));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return shown;
}

/** How many messages stand at each status. */
export async function statusCounts({ reportingUrl, reportingToken, tenant }: Sources): Promise<Record<string, number>> {
  const { channels } = await json<{ channels: Record<string, Record<string, number>> }>(
    `${reportingUrl}/v1/reports/summary?tenant=${tenant}`,
    reportingToken,
  );
  const counts: Record<string, number> = {};
  for (const ofChannel of Object.values(channels)) {
    for (const [status, count] of Object.entries(ofChannel)) counts[status] = (counts[status] ?? 0) + count;
  }
  return counts;
}

/** One message's timeline, for a person to read. */
export const timelineOf = (
  { reportingUrl, reportingToken, tenant }: Sources,
  channel: string,
  messageId: string,
): Promise<unknown> => json(`${reportingUrl}/v1/messages/${channel}/${messageId}?tenant=${tenant}`, reportingToken);

async function json<T>(url: string, token?: string): Promise<T> {
  const answer = await fetch(url, {
    ...(token && { headers: { authorization: `Bearer ${token}` } }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return (await answer.json()) as T;
}

/** The facts of `status.changed`. */
export async function recordedFacts({ kafka, tenant }: Sources): Promise<RecordedFact[]> {
  const facts: RecordedFact[] = [];
  await readAll(kafka, topicName(topics.statusChanged, 'messaging.'), ({ value, timestamp }) => {
    const fact = JSON.parse(value?.toString() ?? '{}') as StatusChanged;
    if (fact.tenant === tenant) facts.push({ fact, recordedAt: Number(timestamp) });
  });
  return facts;
}

/** When the broker took the first request of each message, in milliseconds since 1970. */
export async function requestTimes(sources: Sources, topic: Topic): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const { messageId, at } of await writtenTo(sources, topic))
    times.set(messageId, Math.min(at, times.get(messageId) ?? Infinity));
  return times;
}

/** The records of this run in a topic, all lanes, and when each was written, in milliseconds since 1970. */
export async function writtenTo(
  { kafka, tenant }: Sources,
  topic: Topic,
): Promise<{ messageId: string; at: number }[]> {
  const written: { messageId: string; at: number }[] = [];
  for (const name of topicNames(topic, 'messaging.'))
    await readAll(kafka, name, ({ value, timestamp }) => {
      const { messageId = '' } = JSON.parse(value?.toString() ?? '{}') as { messageId?: string };
      if (messageId.startsWith(`${tenant}-`)) written.push({ messageId, at: Number(timestamp) });
    });
  return written;
}

/** Records of this run that a service has put into `unreadable`. */
export async function quarantinedRecords({ kafka, tenant }: Sources): Promise<Quarantined[]> {
  const found: Quarantined[] = [];
  await readAll(kafka, topicName(topics.unreadable, 'messaging.'), ({ value, headers }) => {
    const text = value?.toString() ?? '';
    if (!text.includes(`"tenant":"${tenant}"`)) return;
    const headerOf = (name: string) => String(headers?.[name] ?? '');
    const { messageId = '' } = JSON.parse(text) as { messageId?: string };
    found.push({
      messageId,
      what:
        `${headerOf('x-quarantined-by')} quarantined a record of ${headerOf('x-origin-topic')}: ` + headerOf('x-error'),
    });
  });
  return found;
}

/** Reads a topic from its beginning to where it ends now. */
async function readAll(kafka: Kafka, topic: string, take: (message: KafkaMessage) => void): Promise<void> {
  const left = await unread(kafka, topic);
  if (left.size === 0) return;
  const done = Promise.withResolvers<void>();
  const consumer = kafka.consumer({ groupId: `chaos-${randomUUID()}`, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) => {
        take(message);
        if (Number(message.offset) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
        if (left.size === 0) done.resolve();
        return Promise.resolve();
      },
    });
    await done.promise;
  } finally {
    await consumer.disconnect();
  }
}

/** The end of each partition that holds something. */
async function unread(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets
        .filter(({ low, high }) => Number(high) > Number(low))
        .map(({ partition, high }) => [partition, Number(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}
