import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as util from 'node:util';
import { outputOf, root, run, say, stopwatch, Trouble } from './run.mjs';

const NEEDED_JAVA = 17;
const folder = join(root, 'deploy', 'kafka');
const jars = join(folder, 'target', 'dependency');
const stamp = join(folder, 'target', '.pom-hash');

/** Apache Kafka from Maven, unless a broker is given; only when missing, or when the pom names another version. */
export async function fetchKafka() {
  if (givenBrokers()) return;
  requireJava();
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'pom.xml')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && holdsKafka()) return;
  const [maven] = ['mvn', 'mvnd'].filter((command) => outputOf(command, ['--version']));
  if (!maven) throw new Trouble(message('Maven, which fetches Apache Kafka, is not on the PATH.'));
  const took = stopwatch();
  say('fetching Apache Kafka by Maven (44 MB on a first run)');
  rmSync(join(folder, 'target'), { recursive: true, force: true });
  const code = await run(maven, ['-q', '-B', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies']);
  if (code !== 0 || !holdsKafka())
    throw new Trouble(message('Maven could not fetch Apache Kafka; its output above says why.'));
  writeFileSync(stamp, hash);
  say(`Apache Kafka fetched in ${took()}`);
}

function givenBrokers() {
  const file = join(root, '.env');
  const fromFile = existsSync(file) ? util.parseEnv?.(readFileSync(file, 'utf8')).KAFKA_BROKERS : undefined;
  return process.env.KAFKA_BROKERS || fromFile;
}

const holdsKafka = () => existsSync(jars) && readdirSync(jars).some((name) => /^kafka_.*\.jar$/.test(name));

function requireJava() {
  const home = process.env.JAVA_HOME;
  const command = home ? join(home, 'bin', 'java') : 'java';
  const version = outputOf(command, ['-version']);
  if (!version)
    throw new Trouble(message(home ? `JAVA_HOME is set, but ${command} does not run.` : 'Java is not on the PATH.'));
  const major = Number(/version "(?:1\.)?(\d+)/.exec(version)?.[1] ?? 0);
  if (major < NEEDED_JAVA)
    throw new Trouble(message(`Java ${NEEDED_JAVA} or newer is needed; ${command} is Java ${major}.`));
}

function message(what) {
  return [
    what,
    '  Apache Kafka is started on this machine because KAFKA_BROKERS is not set; that takes a JDK ' +
      `${NEEDED_JAVA}+ and Maven.`,
    '  Remedies:',
    '    Debian, Ubuntu:  sudo apt-get install -y openjdk-17-jdk-headless maven',
    '    Fedora:          sudo dnf install -y java-21-openjdk-headless maven',
    '    macOS:           brew install openjdk@21 maven   (and JAVA_HOME="$(brew --prefix openjdk@21)")',
    '    or use a broker that runs already: KAFKA_BROKERS=host:9092, in the environment or in .env',
  ].join('\n');
}
