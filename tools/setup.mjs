/**
 * Makes a checkout ready to run: packages, Node 24, build, Kafka. Does only what is missing or stale.
 * Plain JavaScript without dependencies, since it runs before any are installed, on Node 20 or newer.
 *
 *   node tools/setup.mjs                  packages, Node 24, npx messaging
 *   node tools/setup.mjs --build          … and build the services
 *   node tools/setup.mjs --kafka          … and fetch Apache Kafka, unless KAFKA_BROKERS is set
 *   node tools/setup.mjs --arrange-only   Node 24, npx messaging and Postgres only: after an `npm install` by hand
 */
import { arrangeCommand } from './setup/arrange-command.mjs';
import { arrangeNode } from './setup/arrange-node.mjs';
import { arrangePostgres } from './setup/arrange-postgres.mjs';
import { build } from './setup/build.mjs';
import { fetchKafka } from './setup/fetch-kafka.mjs';
import { installPackages } from './setup/install-packages.mjs';
import { underLock } from './setup/lock.mjs';
import { Trouble } from './setup/run.mjs';

const asked = new Set(process.argv.slice(2));
const known = new Set(['--build', '--kafka', '--arrange-only']);

async function setUp() {
  await installPackages();
  arrangeNode();
  arrangeCommand();
  arrangePostgres();
  // Kafka's download and the compiler use different things, but on two cores one after the other is as fast.
  if (asked.has('--kafka')) await fetchKafka();
  if (asked.has('--build')) await build();
}

try {
  const unknown = [...asked].find((argument) => !known.has(argument));
  if (unknown) throw new Trouble(`setup: ${unknown} is not an option; there are ${[...known].join(', ')}.`);
  if (asked.has('--arrange-only')) {
    // Runs inside npm, possibly started by a set-up that holds the lock.
    arrangeNode();
    arrangeCommand();
    arrangePostgres();
  } else {
    await underLock(setUp);
  }
} catch (error) {
  console.error(error instanceof Trouble ? `\n${error.message}\n` : error);
  process.exitCode = 1;
}
