import type { Channel } from '#libs/contracts';
import { type Evidence, evidenceOf } from '#libs/providers';
import { allProviders, catalogues } from '../catalogue.ts';
import { valueOf, type Env } from '../environment/env.ts';

/** Smoke tests of each provider itself, whichever keys are set. */
export const tryLive = async (env: Env): Promise<Evidence[]> =>
  (await Promise.all(allProviders.map(({ smoke }) => smoke((name) => valueOf(env, name), 'live')))).flat();

/** Smoke tests of the sandbox in place of a channel's providers. `env`: that of the channel's service. */
export async function trySandbox(channel: Channel, env: Env): Promise<Evidence[]> {
  const trials = catalogues[channel].map(({ smoke }) => smoke((name) => valueOf(env, name), 'sandbox'));
  return (await Promise.all(trials)).flat();
}

/** The result for a channel that does not use the sandbox. */
export const usesLive = (channel: Channel): Evidence[] =>
  catalogues[channel].map(({ label }) =>
    evidenceOf(label).unset(`the ${channel} channel is live, so the sandbox is not in use; --live asks the provider`),
  );

/** What `--live` calls, in words. */
export const asked = allProviders.map(({ label, smokeUses }) => `${label} (${smokeUses})`).join(', ');
