import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aDatabase, aTopicPrefix, eventually, kafkaBrokers, type TestDatabase, withAdmin } from '#libs/testing';
import { examine } from '../../src/doctor/doctor.ts';
import { wantedTopics } from '../../src/kafka/topic-plan.ts';
import { applyTopics } from '../../src/kafka/topics.ts';

const script = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface Ended {
  code: number;
  output: string;
}

/** Runs the doctor as a shell would. */
export const command = (args: string[], env: Record<string, string>) =>
  new Promise<Ended>((resolve) => {
    const child = execFile(
      process.execPath,
      ['--conditions=source', script, 'doctor', ...args],
      { env },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

/** Topics of our own on the Kafka of the tests, and a database, which the doctor examines. */
export class ExaminedPlatform {
  readonly prefix = aTopicPrefix();
  database!: TestDatabase;
  standard: Record<string, string> = {};
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'doctor-'));

  async start(): Promise<void> {
    this.database = await aDatabase();
    this.standard = {
      DATA_DIR: this.dataDir,
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: this.prefix,
      KAFKA_TOPIC_PARTITIONS: '1',
      DATABASE_URL: this.database.url,
    };
    await applyTopics(this.standard);
    // A broker describes a topic by what it knows from the controller so far.
    await eventually(async () => (await findingsIn(this.standard)).found['kafka.topics']?.state === 'ok', {
      timeoutMs: 30_000,
      what: 'the topics as the contract says',
    });
  }

  async stop(): Promise<void> {
    await withAdmin((admin) => admin.deleteTopics({ topics: this.wanted().map(({ name }) => name) }));
    await this.database.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  readonly topic = (name: string) => `${this.prefix}${name}`;

  readonly wanted = () => wantedTopics({ prefix: this.prefix, partitions: 1, replication: -1 });
}

/** The findings by id, and whether nothing has to be fixed. */
export async function findingsIn(env: Record<string, string>) {
  const { findings, well } = await examine(env, { fix: false, providersOnly: false });
  return { well, found: Object.fromEntries(findings.map(({ id, ...finding }) => [id, finding])) };
}
