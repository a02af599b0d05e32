import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { statusExample, type StatusReport } from './responses.ts';
import { StatusService } from './status.service.ts';

@ApiTags('Status')
@Controller('v1/status')
export class StatusController {
  constructor(@Inject(StatusService) private readonly status: StatusService) {}

  @Get()
  @Access('read', { tenants: 'all' })
  @DocumentRequest({})
  @DocumentResponse('What stands still: services, lag, holds, pauses, letters, records', 'Status', statusExample)
  show(@CallerOfRequest() caller: Caller): Promise<StatusReport> {
    return this.status.read(caller);
  }
}
