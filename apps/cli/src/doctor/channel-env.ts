import type { Channel } from '#libs/contracts';
import { channelModes } from '../environment/channels.ts';
import { channelSetting } from '../environment/channel-services.ts';
import { dataDirOf, type Env } from '../environment/env.ts';
import { runningState } from '../environment/state.ts';

/**
 * The environment of the channel's service: of the running local system, with the sandbox's keys where the channel uses
 * it; otherwise the one set here.
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
