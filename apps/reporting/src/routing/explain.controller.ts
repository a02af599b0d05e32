import { Valid } from '#libs/runtime';
import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { type Caller, maySee } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { foreignTenant } from '../access/problems.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { ExplainQuery, type Parsed } from './requests.ts';
import { type ExplanationResponse, providerExamples } from './responses.ts';

/** A dry run of a request: its channel says what would become of it now. */
@ApiTags('Routing')
@Controller('v1/explain')
export class ExplainController {
  constructor(@Inject(InternalServices) private readonly services: InternalServices) {}

  /** The body is a request as upstream would publish it. Nothing is sent or kept. */
  @Post()
  @HttpCode(200)
  @Access('read')
  @DocumentRequest({ query: ExplainQuery })
  @ApiBody({
    schema: { type: 'object', description: 'A request, as upstream would publish it: docs/schemas.' },
    examples: {
      example: { value: { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hi', text: 'Hi' } },
    },
  })
  @DocumentResponse('What would become of a request now', 'Explanation', providerExamples.explanation)
  explain(
    @CallerOfRequest() caller: Caller,
    @Body() request: unknown,
    @Query(new Valid(ExplainQuery)) { channel, lane }: Parsed<typeof ExplainQuery>,
  ): Promise<ExplanationResponse> {
    const tenant = tenantIn(request);
    if (tenant !== undefined && !maySee(caller, tenant)) throw foreignTenant('tenant');
    return this.services.ask(channel, { method: 'POST', path: `explain?lane=${lane}`, body: request ?? {} });
  }
}

/** Whose message it would be; undefined: the request breaks its schema in that, and its channel says so. */
function tenantIn(request: unknown): string | undefined {
  const { tenant = 'default' } = (request ?? {}) as { tenant?: unknown };
  if (tenant === null) return 'default';
  return typeof tenant === 'string' ? tenant : undefined;
}
