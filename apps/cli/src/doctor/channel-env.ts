import { channelModes } from '../stack/channels.ts';
import { layoutOf } from '../stack/layout.ts';
import { loadSecrets } from '../stack/settings/secrets.ts';
import { environmentOf } from '../stack/services.ts';
import { dataDirOf, readSettings, type Env, type Ports } from '../stack/settings/settings.ts';
import { runningState } from '../stack/state.ts';

/**
 * The environment as the channel's service has it: of the local system that runs, the sandbox's keys included where the
 * channel uses it; else what is set here.
 */
export function channelEnv(channel: 'email' | 'sms', env: Env): Env {
  const given = env[`${channel.toUpperCase()}_PUBLIC_URL`] || env['PUBLIC_URL'];
  const own = { ...env, ...(given && { PUBLIC_URL: given }) };
  const modes = channelModes(env);
  const dataDir = dataDirOf(env);
  const state = runningState(dataDir);
  if (!state) return own;
  const layout = layoutOf(dataDir);
  const ports = { ...readSettings(env).ports, ...portsOf(state.urls) };
  return environmentOf(channel, env, {
    ports,
    layout,
    secrets: loadSecrets(layout),
    modes,
    brokers: '',
    databaseUrl: '',
  });
}

/** Where the running system listens, whatever the settings say by now. */
function portsOf(urls: Record<string, string | undefined>): Partial<Ports> {
  const known = Object.entries(urls).flatMap(([name, url]) => {
    const port = Number(URL.parse(url ?? '')?.port);
    return ['sandbox', 'email', 'sms', 'retry', 'reporting'].includes(name) && port > 0 ? [[name, port]] : [];
  });
  return Object.fromEntries(known) as Partial<Ports>;
}
