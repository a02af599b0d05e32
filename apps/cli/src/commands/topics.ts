import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';
import type { TopicPlan } from '../kafka/topic-plan.ts';
import { reasonOf, CliError } from '../errors.ts';

const CHANGES_PENDING = 3;
const settings = [
  'KAFKA_BROKERS',
  'KAFKA_TOPIC_PREFIX',
  'KAFKA_TOPIC_PARTITIONS',
  'KAFKA_TOPIC_REPLICATION',
  'KAFKA_TOPIC_MIN_INSYNC_REPLICAS',
];

/** Compares the broker's topics with the contract. */
export function topicsCommand(): CliCommand {
  return new CliCommand('topics')
    .description('Compares the topics of Kafka with the contract (docs/topics.md), or provisions them.')
    .addCommand(planCommand())
    .addCommand(applyCommand());
}

const planCommand = () =>
  new CliCommand('plan')
    .description('Shows what would have to be made or changed, and changes nothing.')
    .option('--json', 'the plan as JSON')
    .option('--exit-code', `exit with ${CHANGES_PENDING} where there is something to change`)
    .example('topics plan', 'topics plan --json --exit-code')
    .reads(...settings)
    .exits({
      0: 'compared',
      1: 'Kafka could not be asked',
      2: 'wrong use',
      [CHANGES_PENDING]: 'with --exit-code: there is something to change',
    })
    .does(async ({ json, exitCode }: { json?: boolean; exitCode?: boolean }) => {
      const plan = await work('planOf');
      await show(plan, 'to make; messaging topics apply makes them', json);
      return exitCode && plan.changes.length > 0 ? CHANGES_PENDING : 0;
    });

const applyCommand = () =>
  new CliCommand('apply')
    .description('Makes the topics as the contract says. It may be repeated; no record and no topic is removed.')
    .option('--json', 'what was done, as JSON')
    .example('topics apply')
    .reads(...settings)
    .exits({ 0: 'the topics are as they should be', 1: 'Kafka refused, or could not be reached', 2: 'wrong use' })
    .does(async ({ json }: { json?: boolean }) => {
      await show(await work('applyTopics'), 'made', json);
      return 0;
    });

async function work(verb: 'planOf' | 'applyTopics'): Promise<TopicPlan> {
  const topics = await import('../kafka/topics.ts');
  const env = withRunningStack(withEnvFile(process.env));
  return topics[verb](env).catch((error: unknown) => {
    if (error instanceof CliError) throw error;
    const brokers = env['KAFKA_BROKERS'] || '127.0.0.1:9092';
    throw new CliError(`Kafka at ${brokers} (KAFKA_BROKERS) did not do it: ${reasonOf(error)}`, [
      'npm start, if it is the local one',
      'correct KAFKA_BROKERS',
    ]);
  });
}

async function show(plan: TopicPlan, done: string, json = false): Promise<void> {
  if (json) {
    console.log(JSON.stringify(plan, null, 2));
    return;
  }
  const { describeChange } = await import('../kafka/topic-plan.ts');
  for (const change of plan.changes) console.log(describeChange(change));
  for (const note of plan.notes) console.log(`! ${note}`);
  console.log(
    plan.changes.length === 0
      ? 'Nothing to change: the topics are as the map wants them.'
      : `${plan.changes.length} change(s) ${done}.`,
  );
}
