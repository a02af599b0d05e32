import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import type { responseSchemas } from '../responses.ts';

/** The OpenAPI 3.0 form of a schema, without keywords of zod that mean nothing to a reader. */
export const openApi = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { target: 'openapi-3.0', io, override: ({ jsonSchema }) => cleanup(jsonSchema) }) as {
    type?: string;
  };

function cleanup(schema: { format?: string; pattern?: string; minimum?: number; maximum?: number }): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

type Fields = z.ZodObject<Record<string, z.ZodType>>;

/** Documents the parameters of an operation, from the schemas that validate them. */
export function DocumentRequest(of: {
  path?: Fields;
  query?: Fields;
  body?: Fields;
  example?: object;
}): MethodDecorator {
  const fields = (schema: Fields | undefined) =>
    Object.entries(schema?.shape ?? {}).map(([name, type]) => ({
      name,
      description: type.description ?? '',
      schema: openApi(type, 'input'),
      type,
    }));
  return applyDecorators(
    ...fields(of.path).map(({ name, description, schema }) => ApiParam({ name, description, schema })),
    ...fields(of.query).map(({ name, description, schema, type }) =>
      ApiQuery({ name, description, schema, required: !type.safeParse(undefined).success }),
    ),
    ...(of.body ? [ApiBody({ schema: openApi(of.body, 'input'), examples: { example: { value: of.example } } })] : []),
  );
}

const reference = (name: keyof typeof responseSchemas) => ({ $ref: `#/components/schemas/${name}` });

/** Documents the responses of an operation: the successful one with an example, and every error. */
export function DocumentResponse(
  summary: string,
  name: keyof typeof responseSchemas,
  example: object,
  also: { notFound?: boolean; conflict?: boolean; gone?: boolean; status?: 200 | 201 | 202 } = {},
): MethodDecorator {
  const refusal = (status: number, description: string) =>
    ApiResponse({ status, description, content: { 'application/json': { schema: reference('Problem') } } });
  return applyDecorators(
    ApiOperation({ summary }),
    ApiBearerAuth(),
    ApiResponse({
      status: also.status ?? 200,
      description: summary,
      content: { 'application/json': { schema: reference(name), example } },
    }),
    refusal(400, 'What was asked breaks a rule; the fields are named.'),
    refusal(401, 'The API key is missing, unknown, cut off, revoked or expired.'),
    refusal(403, 'The key lacks the scope that x-scope names, or gives what it does not have.'),
    ...(also.notFound ? [refusal(404, 'Not known, or not of a tenant that the key sees.')] : []),
    ...(also.conflict ? [refusal(409, 'It contradicts what is there: the message says how.')] : []),
    ...(also.gone ? [refusal(410, 'Kafka has deleted it.')] : []),
    refusal(429, 'Too many requests, or failed attempts; Retry-After says how long to wait.'),
    refusal(503, 'The database, or a service that has to be asked, cannot be reached; ask again.'),
  );
}
