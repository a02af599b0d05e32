import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { responseSchemas } from '../responses.ts';
import { openApi } from './docs.decorators.ts';

/** The OpenAPI description of the running API. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Messaging reports')
    .setDescription(
      'What was asked for, what became of it, and what to do where it failed. Every error is `{ code, message, ' +
        'remedy }`.',
    )
    .setVersion('1')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description:
        'An API key, from messaging keys create (npm start keeps one in .data/api-key), or an access token of the ' +
        'OpenID provider that OIDC_ISSUER names.',
    })
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  const schemas = Object.entries(responseSchemas).map(([name, schema]) => [name, openApi(schema, 'output')] as const);
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, ...Object.fromEntries(schemas) },
    },
  };
}

/** Serves it at `/docs` (to read and try) and `/docs/openapi.json`; both need no token, the API itself does. */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, describeApi(app), {
    jsonDocumentUrl: 'docs/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Messaging reports',
    swaggerOptions: { persistAuthorization: true },
  });
}
