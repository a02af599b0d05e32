import type { Channel } from '#libs/contracts';
import { channelModes } from '../environment/channels.ts';
import { channelSetting } from '../environment/channel-services.ts';
import { dataDirOf, type Env } from '../environment/env.ts';
import { runningState } from '../environment/state.ts';

/**
 * The environment as the channel's service has it: of the local system that runs, the sandbox's keys included where the
 * channel uses it; else what is set here.
 */
export function channelEnv(channel: Channel, env: Env): Env {
  const state = runningState(dataDirOf(env));
  const publicUrl = env[channelSetting(channel, 'PUBLIC_URL')] || state?.urls[channel] || env['PUBLIC_URL'];
  return {
    ...env,
    ...(publicUrl && { PUBLIC_URL: publicUrl }),
    ...(channelModes(env)[channel] === 'sandbox' && state?.sandboxed?.[channel]),
  };
}
