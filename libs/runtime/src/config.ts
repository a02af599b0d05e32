import { readFileSync } from 'node:fs';
import { InvalidConfiguration } from '#libs/contracts';
import type { z } from 'zod';

/** A schema whose keys are the names of environment variables. */
export type ConfigSchema = z.ZodObject<Record<string, z.ZodType>>;

/**
 * Reads the settings of a service from the environment; an empty variable counts as unset. Any `NAME` may be given as
 * `NAME_FILE`, the path of a file that contains the value (as secret stores mount them).
 * @throws InvalidConfiguration naming every variable that is missing or wrong, without its value.
 */
export function loadConfig<S extends ConfigSchema>(schema: S, env: NodeJS.ProcessEnv = process.env): z.infer<S> {
  const given: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of Object.keys(schema.shape)) {
    try {
      const value = valueOf(name, env);
      if (value !== undefined && value !== '') given[name] = value;
    } catch (error) {
      problems.push(`${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
    }
  }
  const parsed = schema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const [name = 'configuration', ...inside] = issue.path.map(String);
    const place = inside.length > 0 ? ` (at ${inside.join('.')})` : '';
    problems.push(
      name in given || name === 'configuration'
        ? `${name}${place} ${issue.message}`
        : `${name} is not set: ${describe(schema, name)}`,
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new InvalidConfiguration(
      `the configuration has ${problems.length} problem(s):\n  - ${problems.join('\n  - ')}`,
    );
  }
  return parsed.data;
}

function valueOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env[name] !== undefined && env[name] !== '') return env[name];
  const file = env[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : undefined;
}

function describe(schema: ConfigSchema, name: string): string {
  return schema.shape[name]?.description ?? 'it is needed';
}

export interface Setting {
  name: string;
  meaning: string;
  /** The default as text; undefined where there is none. */
  standard: string | undefined;
  needed: boolean;
  secret: boolean;
}

/** The settings of a schema, for the generated docs. */
export function settingsOf(schema: ConfigSchema): Setting[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const standard = type.safeParse(undefined);
    const shown = standard.success && standard.data !== undefined ? shownAs(standard.data) : undefined;
    return { name, meaning: meaningOf(type), standard: shown, needed: !standard.success, secret: isSecret(type) };
  });
}

const shownAs = (standard: unknown): string => (typeof standard === 'string' ? standard : JSON.stringify(standard));

function unwrapped(type: z.ZodType): z.ZodType[] {
  const inner = (type as { def?: { innerType?: z.ZodType } }).def?.innerType;
  return inner ? [type, ...unwrapped(inner)] : [type];
}

const meaningOf = (type: z.ZodType) =>
  unwrapped(type)
    .map((layer) => layer.description)
    .find(Boolean) ?? '';

const isSecret = (type: z.ZodType) => unwrapped(type).some((layer) => layer.meta()?.['secret'] === true);
