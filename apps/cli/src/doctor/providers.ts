import { Channel, channelRegistry } from '#libs/contracts';
import { type Finding, findingsOf, type ProviderDoctor, type SettingReader } from '#libs/providers';
import { type AnyProvider, catalogues } from '../catalogue.ts';
import { valueOf, type Env } from '../environment/env.ts';
import { channelEnv } from './channel-env.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);
const timeoutMs = 10_000;

/** The doctors of the providers that have a key, and the findings about the channels themselves. */
export function callDoctors(env: Env): { doctors: ProviderDoctor[]; findings: Finding[] } {
  const called = Channel.options.map((channel) => callFor(channel, channelEnv(channel, env)));
  return { doctors: called.flatMap(({ doctors }) => doctors), findings: called.map(({ finding }) => finding) };
}

function callFor(channel: Channel, env: Env): { doctors: ProviderDoctor[]; finding: Finding } {
  const read: SettingReader = (name) => valueOf(env, name);
  const publicUrlOf = (path: string) => `${(env['PUBLIC_URL'] ?? '').replace(/\/$/, '')}${path}`;
  const doctors = catalogues[channel]
    .filter(({ access }) => access.every((name) => read(name) !== undefined))
    .map((provider) => provider.doctor(read, { publicUrlOf, timeoutMs }));
  const finding =
    doctors.length > 0
      ? publicUrl(channel, env, catalogues[channel])
      : say.skipped(`${channel}.provider`, `no key is set, so ${channelRegistry[channel].plural} go to the sandbox`);
  return { doctors, finding };
}

const isLoopback = (url: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(URL.parse(url)?.hostname ?? '');

/** Only a provider on this machine can call this machine. */
function publicUrl(channel: Channel, env: Env, providers: readonly AnyProvider[]): Finding {
  const id = `${channel}.public-url` as const;
  const url = URL.parse(env['PUBLIC_URL'] ?? '');
  const local = providers.some(({ baseUrl }) => isLoopback(env[baseUrl] ?? ''));
  if (!url) return say.fail(id, 'no public address is set');
  if (local) return say.ok(id, `${url.host}, for a provider on this machine`);
  if (isLoopback(url.href)) return say.fail(id, `${url.host} is this machine only`);
  return url.protocol === 'https:' ? say.ok(id, url.host) : say.fail(id, `${url.host} is called over plain http`);
}
