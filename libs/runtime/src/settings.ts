import { type ConfigSchema, loadConfig } from './config.ts';
import { type Gives, made, tokenOf } from './made.ts';
import type { FactoryProvider } from '@nestjs/common';
import { type ConfigFactory, type ConfigFactoryKeyHost, registerAs } from '@nestjs/config';
import { z } from 'zod';

/** All settings of this service by name, validated at its start. */
export type AllSettings = Readonly<Record<string, unknown>>;
export const SETTINGS = tokenOf<AllSettings>('settings');

/**
 * A group of settings: `@Inject(group.KEY) config: ConfigType<typeof group>`, where `group.provider` is in the module.
 */
export type SettingsGroup<S extends z.ZodRawShape> = ConfigFactory<z.infer<z.ZodObject<S>>> &
  ConfigFactoryKeyHost<z.infer<z.ZodObject<S>>> & {
    readonly KEY: string & Gives<z.infer<z.ZodObject<S>>>;
    /** Takes the group out of the settings that the service validated at its start. */
    provider: FactoryProvider<z.infer<z.ZodObject<S>>>;
  };

/** @param name of the group, as Nest knows it */
export function settingsGroup<S extends z.ZodRawShape>(name: string, shape: S): SettingsGroup<S> {
  type Group = z.infer<z.ZodObject<S>>;
  const read = () => loadConfig(z.object(shape) as unknown as ConfigSchema) as Group;
  const group = registerAs(name, read);
  const provider = made<Group, { all: typeof SETTINGS }>(
    group.KEY,
    { all: SETTINGS },
    ({ all }) => pick(all, Object.keys(shape)) as Group,
  );
  return Object.assign(group, { provider }) as unknown as SettingsGroup<S>;
}

const pick = (all: AllSettings, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, all[name]]));
