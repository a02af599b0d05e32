import { fold, type StatusChanged } from '#libs/contracts';
import { createKafka, topicPrefixOf } from '../kafka/kafka-client.ts';
import { reportingAccessOf } from '../environment/reporting-api.ts';
import { reasonOf, CliError } from '../errors.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { withEnvFile, type Env } from '../environment/env.ts';
import type { SendOrder } from './order.ts';
import { follow, publish } from './follow.ts';
import { fetchTimeline, tableOf, type Timeline } from './timeline.ts';
import { factLine } from './words.ts';

const DELIVERED = 0;
const OTHER_END = 1;
const NO_RESPONSE = 2;

/** Publishes a message, follows it to its end, and shows its timeline. @returns the exit code */
export async function send(order: SendOrder): Promise<number> {
  const env = withRunningStack(withEnvFile(process.env));
  const say = order.json ? () => undefined : (line: string) => console.log(line);
  const { status, final, traceId, facts } = await sendAndFollow(env, order, say);
  const timeline = await fetchTimeline(reportingAccessOf(env), order, final).catch((error: unknown) => {
    console.error(`The timeline cannot be shown: ${reasonOf(error)}`);
    return undefined;
  });
  if (order.json)
    console.log(
      JSON.stringify(timeline ?? { ...whatWasSeen(order, status, final, traceId), timeline: facts }, null, 2),
    );
  else showEnd(order, timeline ?? { ...whatWasSeen(order, status, final, traceId), timeline: facts });
  if (!final)
    console.error(
      `Gave up following after ${order.timeoutMs / 1000} s (--timeout); it stands at ` +
        `${facts.length > 0 ? status : 'no status at all: is the service up? npm run status'}.`,
    );
  if (!final) return NO_RESPONSE;
  return status === 'delivered' ? DELIVERED : OTHER_END;
}

interface Seen {
  status: string;
  final: boolean;
  traceId: string;
  facts: StatusChanged[];
}

async function sendAndFollow(env: Env, order: SendOrder, say: (line: string) => void): Promise<Seen> {
  const kafka = createKafka(env, 'send');
  const prefix = topicPrefixOf(env);
  const facts: StatusChanged[] = [];
  const ended = Promise.withResolvers<void>();
  let publishedAt = performance.now();
  const onFact = (fact: StatusChanged) => {
    if (facts.some(({ eventId }) => eventId === fact.eventId)) return;
    facts.push(fact);
    say(factLine(fact, performance.now() - publishedAt));
    if (fold(facts).final) ended.resolve();
  };
  try {
    const follower = await follow(kafka, prefix, order, onFact, ended.reject);
    const timer = setTimeout(ended.resolve, order.timeoutMs);
    try {
      const traceId = await publish(kafka, prefix, order);
      publishedAt = performance.now();
      say(`${order.channel} ${order.messageId} published, trace ${traceId}`);
      await ended.promise;
      return { ...fold(facts), traceId, facts };
    } finally {
      clearTimeout(timer);
      await follower.close();
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(
      `Kafka at ${env['KAFKA_BROKERS'] || '127.0.0.1:9092'} (KAFKA_BROKERS) did not do it: ${reasonOf(cause)}`,
      [
        'npm start, if it is the local one; npm run status shows it',
        'correct KAFKA_BROKERS',
        'messaging topics apply, if its topics are missing',
      ],
      { cause },
    );
  }
}

const whatWasSeen = ({ messageId, channel, tenant }: SendOrder, status: string, final: boolean, traceId: string) => ({
  messageId,
  channel,
  tenant,
  status,
  final,
  traceId,
});

function showEnd({ channel, messageId }: SendOrder, timeline: Timeline): void {
  console.log(`\n${channel} ${messageId}: ${timeline.status}${timeline.final ? '' : ' (not final)'}`);
  for (const row of tableOf(timeline)) console.log(row);
  console.log(`Trace id: ${timeline.traceId}`);
}
