import { type Channel, perChannel } from '#libs/contracts';
import { allProviders } from '../catalogue.ts';
import { CliError } from '../errors.ts';
import { valueOf, type Env } from './env.ts';

/** The mode of each channel: all its messages go through real providers, or all through the sandbox, never a mix. */
export type ChannelModes = Record<Channel, 'live' | 'sandbox'>;

/**
 * Which channels have a provider with a key.
 * @throws CliError when a provider has only some of its settings
 */
export function channelModes(env: Env): ChannelModes {
  const modes: ChannelModes = perChannel(() => 'sandbox');
  for (const { channel, label, access: settings } of allProviders) {
    const given = settings.filter((name) => valueOf(env, name));
    if (given.length > 0 && given.length < settings.length) {
      const missing = settings.filter((name) => !valueOf(env, name));
      throw new CliError(`${given.join(', ')} is set, but ${missing.join(', ')} is not: ${label} needs both.`, [
        `set ${missing.join(', ')}`,
        `unset ${given.join(', ')} to use the sandbox`,
      ]);
    }
    if (given.length > 0) modes[channel] = 'live';
  }
  return modes;
}
