import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { javaCommand } from '../../../apps/cli/src/stack/kafka/kafka.ts';
import { projectRoot } from '../../../apps/cli/src/environment/env.ts';

export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export interface JavaBatch {
  codec: CodecName;
  /** How its transaction ends; undefined: it is in none. */
  transaction?: 'none' | 'commit' | 'abort';
  partition?: number;
  count?: number;
  text: string;
}

/** Writes batches by Kafka's Java client, one after another. */
export function produceByJava(brokers: string, topic: string, batches: readonly JavaBatch[]): Promise<unknown> {
  const jars = join(projectRoot, 'deploy', 'kafka', 'target', 'dependency', '*');
  const logging = `-Dlog4j2.configurationFile=${join(projectRoot, 'deploy', 'kafka', 'log4j2.xml')}`;
  const lines = batches.map(({ codec, transaction = 'none', partition = 0, count = 1, text: of }) =>
    [codec, transaction, partition, count, of].join('\t'),
  );
  const source = join(import.meta.dirname, 'java', 'Produce.java');
  return run(
    javaCommand(process.env),
    ['-XX:TieredStopAtLevel=1', logging, '-cp', jars, source, brokers, topic],
    `${lines.join('\n')}\n`,
  );
}

/** Whether kcat, and so librdkafka, is installed: CI has it; otherwise `apt-get install kcat`. */
export const hasKcat = (): boolean => spawnSync('kcat', ['-V']).status === 0;

/** Writes each line as a record, with headers, by kcat. */
export const produceByKcat = (
  brokers: string,
  topic: string,
  codec: CodecName,
  lines: readonly string[],
  partition = 0,
): Promise<unknown> =>
  run(
    'kcat',
    [
      '-P',
      '-b',
      brokers,
      '-t',
      topic,
      '-p',
      String(partition),
      '-z',
      codec,
      '-k',
      'key',
      '-H',
      `codec=${codec}`,
      '-X',
      'linger.ms=200',
    ],
    `${lines.join('\n')}\n`,
  );

/** What kcat reads from a topic, from its beginning to its end. */
export async function readByKcat(brokers: string, topic: string): Promise<string[]> {
  return (await run('kcat', ['-C', '-b', brokers, '-t', topic, '-o', 'beginning', '-e', '-q'], ''))
    .trimEnd()
    .split('\n');
}

async function run(command: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const code = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await code) !== 0) throw new Error(`${command} failed: ${err}`);
  return out;
}
