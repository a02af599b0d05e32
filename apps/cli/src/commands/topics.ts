/** Topics on the broker against the topic map: `npm run topics -- plan`, `npm run topics -- apply`. */
import { parseArgs } from 'node:util';
import { explain, reasonOf, StartProblem } from '../problem.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { withEnvFile } from '../environment/env.ts';
import { describeChange, type TopicPlan } from '../kafka/topic-plan.ts';
import { applyTopics, planOf } from '../kafka/topics.ts';

const usage = `Usage: npm run topics -- plan [--json] [--exit-code]   show what would change
       npm run topics -- apply [--json]                carry it out
  --exit-code  plan exits with 3 when there is something to change
Settings: KAFKA_BROKERS, KAFKA_TOPIC_PREFIX, KAFKA_TOPIC_PARTITIONS, KAFKA_TOPIC_REPLICATION,
          KAFKA_TOPIC_MIN_INSYNC_REPLICAS`;

const CHANGES_WAIT = 3;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, 'exit-code': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [verb, ...rest] = positionals;
  if (values.help || (verb !== 'plan' && verb !== 'apply') || rest.length > 0) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const env = withRunningStack(withEnvFile(process.env));
  const plan = await (verb === 'plan' ? planOf(env) : applyTopics(env)).catch((error: unknown) => {
    if (error instanceof StartProblem) throw error;
    const brokers = env['KAFKA_BROKERS'] || '127.0.0.1:9092';
    throw new StartProblem(`Kafka at ${brokers} (KAFKA_BROKERS) did not do it: ${reasonOf(error)}`, [
      'npm start, if it is the local one',
      'correct KAFKA_BROKERS',
    ]);
  });
  print(plan, verb, values.json === true);
  return verb === 'plan' && values['exit-code'] && plan.changes.length > 0 ? CHANGES_WAIT : 0;
}

function print(plan: TopicPlan, verb: 'plan' | 'apply', json: boolean): void {
  if (json) {
    console.log(JSON.stringify(plan, null, 2));
    return;
  }
  for (const change of plan.changes) console.log(describeChange(change));
  for (const note of plan.notes) console.log(`! ${note}`);
  const done = verb === 'plan' ? 'to make; npm run topics -- apply makes them' : 'made';
  console.log(
    plan.changes.length === 0
      ? 'Nothing to change: the topics are as the map wants them.'
      : `${plan.changes.length} change(s) ${done}.`,
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  const usageError = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(usageError ? `${reasonOf(error)}\n${usage}` : explain(error));
  process.exitCode = usageError ? 2 : 1;
}
