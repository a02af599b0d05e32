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
    ({ all }) => pick(name, all, shape) as Group,
  );
  return Object.assign(group, { provider }) as unknown as SettingsGroup<S>;
}

function pick(group: string, all: AllSettings, shape: z.ZodRawShape): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => {
      if (!Object.hasOwn(all, name) && !mayBeMissing(schema as z.ZodType))
        throw new TypeError(`${name} belongs to the group ${group}, and the service’s schema does not have it`);
      return [name, all[name]];
    }),
  );
}

/** Whether a validated setting may have no value. */
function mayBeMissing(schema: z.ZodType): boolean {
  const read = schema.safeParse(undefined);
  return read.success && read.data === undefined;
}
