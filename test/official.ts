import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/**
 * The providers' official descriptions lie beside the repository where they are (CI); elsewhere these tests are
 * skipped.
 */
const folder = process.env['PROVIDER_SPECS'] ?? join(import.meta.dirname, '..', '..', 'shared', 'provider-specs');

export const haveOfficial = existsSync(folder);

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

/**
 * What a description does not name is refused here, so that a misspelt field shows; parts that others are composed of
 * stay open.
 */
function closed(schema: Json, open: ReadonlySet<Json>): Json {
  if (Array.isArray(schema)) return schema.map((one) => closed(one, open));
  if (schema === null || typeof schema !== 'object') return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value, open)]));
  const closes =
    schema['type'] === 'object' && 'properties' in schema && !('additionalProperties' in schema) && !open.has(schema);
  return closes ? { ...inner, additionalProperties: false } : inner;
}

/** The members of every `allOf`, and what they refer to. */
function composed(whole: Json, schema: Json = whole): Json[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => composed(whole, one));
  if (schema === null || typeof schema !== 'object') return [];
  const members = Array.isArray(schema['allOf'])
    ? schema['allOf'].map((one) => at(whole, pointerOf(one) ?? []) ?? one)
    : [];
  return [...members, ...Object.values(schema).flatMap((one) => composed(whole, one))];
}

/** Where a `$ref` points to. */
function pointerOf(schema: Json | undefined): string[] | undefined {
  const ref = schema !== null && typeof schema === 'object' && !Array.isArray(schema) ? schema['$ref'] : undefined;
  return typeof ref === 'string'
    ? ref
        .slice(2)
        .split('/')
        .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    : undefined;
}

function at(whole: Json, pointer: readonly string[]): Json | undefined {
  return pointer.length === 0
    ? undefined
    : pointer.reduce<Json | undefined>((place, part) => (place as { [key: string]: Json } | undefined)?.[part], whole);
}

/** The place of a part, through whatever is referred to on the way. */
function located(whole: Json, pointer: readonly string[]): string[] {
  let place: string[] = [];
  for (const part of pointer) {
    place = [...place, part];
    for (let next = pointerOf(at(whole, place)); next; next = pointerOf(at(whole, place))) place = next;
  }
  return place;
}

/** Named by its descriptions and by nobody else; what it means by a phone number may be a short code or a name, too. */
const formatsOfTwilio = {
  'phone-number': true,
  'uri-map': true,
  currency: /^[A-Za-z]{3}$/,
  'date-time-rfc-2822': /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/,
} as const;

type ContentType = 'application/json' | 'application/x-www-form-urlencoded';

export interface Official {
  /** What is wrong with an answer. */
  answer: (method: string, path: string, status: number, body: unknown) => string[];
  /** What is wrong with a request; `type`: JSON, or as a form, whose fields have the types of the description. */
  request: (method: string, path: string, body: unknown, type?: ContentType) => string[];
  /** Names of the fields that a request may have. */
  fields: (method: string, path: string, type?: ContentType) => string[];
  /** What is wrong with a webhook of the given type. */
  webhook: (type: string, body: unknown) => string[];
}

/** @param file such as `resend/resend.yaml` */
export function officialOf(file: string): Official {
  const described = parse(readFileSync(join(folder, file), 'utf8')) as Json;
  const whole = closed(described, new Set(composed(described))) as { [key: string]: Json };
  const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  for (const [name, format] of Object.entries(formatsOfTwilio)) ajv.addFormat(name, format);
  ajv.addSchema({ ...whole, $id: file });
  const checks = new Map<string, ValidateFunction>();
  const problems = (pointer: readonly string[], body: unknown): string[] => {
    const place = `${file}#/${located(whole, pointer)
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')}`;
    const check = checks.get(place) ?? ajv.compile({ $ref: place });
    checks.set(place, check);
    check(body);
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || '(the whole)'} ${message} ${JSON.stringify(params)}`,
    );
  };
  const as = (type: ContentType = 'application/json') => ['content', type, 'schema'];
  const requestOf = (method: string, path: string, type?: ContentType) => [
    'paths',
    path,
    method,
    'requestBody',
    ...as(type),
  ];
  return {
    answer: (method, path, status, body) =>
      problems(['paths', path, method, 'responses', String(status), ...as()], body),
    request: (method, path, body, type) => problems(requestOf(method, path, type), body),
    fields: (method, path, type) =>
      Object.keys(at(whole, located(whole, [...requestOf(method, path, type), 'properties']))!),
    webhook: (type, body) => problems(['webhooks', type, 'post', 'requestBody', ...as()], body),
  };
}
