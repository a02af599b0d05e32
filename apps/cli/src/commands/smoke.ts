import { Channel } from '#libs/contracts';
import type { Evidence } from '#libs/providers';
import { CliCommand } from '../command.ts';
import { dataDirOf, withEnvFile, type Env } from '../environment/env.ts';
import { runningState } from '../environment/state.ts';
import { CliError } from '../errors.ts';

const marks = { proved: '✓', failed: '✗', unset: '-' } as const;

/** One call to each provider's own sandbox, or to ours, and its result. */
export const smokeCommand = (): CliCommand =>
  new CliCommand('smoke')
    .summary('Makes one harmless call to each provider.')
    .description(
      'Makes one call to each provider in the sandbox of the local system that runs; with --live to the providers ' +
        'themselves whose keys are set, in the ways they have for tests (docs/accounts.md).',
    )
    .option('--live', 'ask the providers themselves')
    .option('--json', 'what was proved, as JSON')
    .example('smoke', 'smoke --live --json')
    .exits({ 0: 'what was tried went well', 1: 'it did not', 2: 'wrong use' })
    .does(smoke);

async function smoke({ live, json }: { live?: boolean; json?: boolean }): Promise<number> {
  const { asked, tryLive } = await import('../smoke/providers.ts');
  const env = withEnvFile(process.env);
  const evidences = live ? await tryLive(env) : await local(env);
  const failed = evidences.some(({ state }) => state === 'failed');
  const nothing = evidences.every(({ state }) => state === 'unset');
  if (json) console.log(JSON.stringify({ proved: !failed && !nothing, evidences }, null, 2));
  else for (const { provider, state, what } of evidences) console.log(`${marks[state]} ${provider.padEnd(10)}${what}`);
  if (nothing && !json) console.log(`\nNothing was proved: no key is set. With keys --live asks ${asked}.`);
  return failed ? 1 : 0;
}

/** The sandbox answers in place of the providers. */
async function local(env: Env): Promise<Evidence[]> {
  if (!runningState(dataDirOf(env)))
    throw new CliError('No local system runs whose sandbox could be asked.', [
      'npm start, then messaging smoke',
      'messaging smoke --live asks the providers themselves',
    ]);
  const [{ channelEnv }, { channelModes }, { trySandbox, usesLive }] = await Promise.all([
    import('../doctor/channel-env.ts'),
    import('../environment/channels.ts'),
    import('../smoke/providers.ts'),
  ]);
  const modes = channelModes(env);
  const tried = Channel.options.map(async (channel) =>
    modes[channel] === 'live' ? usesLive(channel) : trySandbox(channel, channelEnv(channel, env)),
  );
  return (await Promise.all(tried)).flat();
}
