import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The providers' official descriptions lie beside the repository where they are (CI); elsewhere these tests are skipped. */
const folder = process.env['PROVIDER_SPECS'] ?? join(import.meta.dirname, '..', '..', 'shared', 'provider-specs');

export const haveSpecs = existsSync(folder);

interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  pattern?: string;
  enum?: unknown[];
  minLength?: number;
  maxLength?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

export interface Description {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> }; responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>>;
  components: { schemas: Record<string, Schema> };
}

export const description = (file: string): Description => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Description;

/** What of a value breaks a schema of a description, and which of its fields the schema does not know. */
export function violations(of: Description, schema: Schema, value: unknown, path = ''): string[] {
  if (schema.$ref) return violations(of, of.components.schemas[schema.$ref.split('/').at(-1)!]!, value, path);
  if (value === null) return schema.nullable ? [] : [`${path} must not be null`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path} is none of the values there are`];
  const kind = Array.isArray(value) ? 'array' : Number.isInteger(value) && schema.type === 'integer' ? 'integer' : typeof value;
  if (schema.type && kind !== schema.type) return [`${path} is ${kind}, not ${schema.type}`];
  if (typeof value === 'string') return textViolations(schema, value, path);
  if (Array.isArray(value)) return value.flatMap((item, index) => violations(of, schema.items ?? {}, item, `${path}[${index}]`));
  return schema.properties ? fieldViolations(of, schema, value as Record<string, unknown>, path) : [];
}

function textViolations({ pattern, minLength = 0, maxLength = Infinity }: Schema, text: string, path: string): string[] {
  if (pattern && !new RegExp(pattern).test(text)) return [`${path} does not match ${pattern}`];
  return text.length < minLength || text.length > maxLength ? [`${path} has a wrong length`] : [];
}

function fieldViolations(of: Description, { properties = {}, required = [] }: Schema, fields: Record<string, unknown>, path: string): string[] {
  const missing = required.filter((name) => fields[name] === undefined).map((name) => `${path}.${name} is missing`);
  return [...missing, ...Object.entries(fields).flatMap(([name, field]) => (properties[name] ? violations(of, properties[name], field, `${path}.${name}`) : [`${path}.${name} is unknown`]))];
}
