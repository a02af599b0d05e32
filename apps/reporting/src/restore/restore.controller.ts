import { OperatingService } from '#libs/contracts';
import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Audit } from '../access/audit/audit.port.ts';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { type Parsed, RestoreLift } from './requests.ts';
import { restoreExamples, type RestoreList, type RestoreStateResponse } from './responses.ts';

/** Which services wait since their database was restored, and how they go on (docs/operations.md). */
@ApiTags('Restore')
@Controller('v1/restore')
export class RestoreFrontController {
  constructor(
    @Inject(InternalServices) private readonly services: InternalServices,
    @Inject(Audit) private readonly audit: Pick<Audit, 'record'>,
  ) {}

  @Get()
  @Access('read', { tenants: 'all' })
  @DocumentRequest({})
  @DocumentResponse(
    'Of each service whether it waits, and what its database lacked',
    'RestoreList',
    restoreExamples.list,
  )
  async list(): Promise<RestoreList> {
    const asked = { method: 'GET', path: 'restore' } as const;
    const items = OperatingService.options.map((service) => this.services.ask<RestoreStateResponse>(service, asked));
    return { items: await Promise.all(items) };
  }

  /** Where nothing is paused it changes nothing. */
  @Post('lift')
  @HttpCode(200)
  @Access('operate', { tenants: 'all', audited: 'restore.lifted' })
  @DocumentRequest({ body: RestoreLift, example: { service: 'email' } })
  @DocumentResponse('The service, which goes on', 'RestoreState', restoreExamples.one, { conflict: true })
  async lift(
    @CallerOfRequest() { who }: Caller,
    @Body(new Valid(RestoreLift)) { service, acceptGaps }: Parsed<typeof RestoreLift>,
  ): Promise<RestoreStateResponse> {
    const details = { acceptGaps: String(acceptGaps) };
    const target = `service:${service}`;
    await this.audit.record({ who, action: 'restore.lifted', target, tenants: 'all', outcome: 'asked', details });
    return this.services.ask(service, { method: 'POST', path: 'restore/lift', body: { by: who, acceptGaps } });
  }
}
