/** `npm run smoke`: one call to each provider's own sandbox (--live), or to ours, and what it proved. */
import { parseArgs } from 'node:util';
import { channelEnv } from '../doctor/channel-env.ts';
import { channelModes } from '../environment/channels.ts';
import { explain, reasonOf, StartProblem } from '../problem.ts';
import { dataDirOf, withEnvFile, type Env } from '../environment/env.ts';
import { runningState } from '../environment/state.ts';
import type { Channel } from '#libs/contracts';
import type { Evidence } from '#libs/providers';
import { catalogues } from '../catalogue.ts';
import { asked, tryLive, trySandbox, usesLive } from '../smoke/providers.ts';

const usage = `Usage: npm run smoke [-- --live] [--json]
  --live  asks the providers themselves, whichever keys are set: ${asked};
          without it the sandbox of the local system that runs
Exit code: 0 what was tried went well, 1 it did not, 2 wrong use`;

const marks = { proved: '✓', failed: '✗', unset: '-' } as const;

async function main(): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { live: flag, json: flag, help: { ...flag, short: 'h' } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const env = withEnvFile(process.env);
  const evidences = values.live ? await tryLive(env) : await local(env);
  const failed = evidences.some(({ state }) => state === 'failed');
  const nothing = evidences.every(({ state }) => state === 'unset');
  if (values.json) console.log(JSON.stringify({ proved: !failed && !nothing, evidences }, null, 2));
  else for (const { provider, state, what } of evidences) console.log(`${marks[state]} ${provider.padEnd(10)}${what}`);
  if (nothing && !values.json) console.log('\nNothing was proved: no key is set.');
  return failed ? 1 : 0;
}

/** The sandbox stands for the providers. */
async function local(env: Env): Promise<Evidence[]> {
  if (!runningState(dataDirOf(env)))
    throw new StartProblem('No local system runs whose sandbox could be asked.', [
      'npm start, then npm run smoke',
      'npm run smoke -- --live asks the providers themselves',
    ]);
  const modes = channelModes(env);
  const channels = Object.keys(catalogues) as Channel[];
  const tried = channels.map(async (channel) =>
    modes[channel] === 'live' ? usesLive(channel) : trySandbox(channel, channelEnv(channel, env)),
  );
  return (await Promise.all(tried)).flat();
}

try {
  process.exitCode = await main();
} catch (error) {
  const usageError = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(usageError ? `${reasonOf(error)}\n${usage}` : explain(error));
  process.exitCode = usageError ? 2 : 1;
}
