import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigSchema } from '#libs/runtime';
import { z } from 'zod';

export interface ServiceSettings {
  name: string;
  schema: ConfigSchema;
}

/** The settings of every app: the one zod object that `apps/<name>/src/<name>.config.ts` exports. */
export async function servicesOf(root: string): Promise<ServiceSettings[]> {
  const names = readdirSync(join(root, 'apps')).sort();
  const configured = names.filter((name) => existsSync(fileOf(root, name)));
  return Promise.all(configured.map(async (name) => ({ name, schema: await schemaOf(root, name) })));
}

const fileOf = (root: string, name: string) => join(root, 'apps', name, 'src', `${name}.config.ts`);

async function schemaOf(root: string, name: string): Promise<ConfigSchema> {
  const exported = (await import(pathToFileURL(fileOf(root, name)).href)) as Record<string, unknown>;
  const [schema, ...others] = Object.values(exported).filter((value) => value instanceof z.ZodObject);
  if (!schema || others.length > 0)
    throw new Error(`apps/${name}/src/${name}.config.ts must export exactly one zod object: the service's settings`);
  return schema as ConfigSchema;
}
