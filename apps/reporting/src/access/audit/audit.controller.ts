import { Valid } from '#libs/runtime';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DocumentRequest, DocumentResponse } from '../../api/docs/docs.decorators.ts';
import { type Caller, shownTenants } from '../caller.policy.ts';
import { Access, CallerOfRequest } from '../guard/access.decorators.ts';
import { Audit } from './audit.port.ts';
import { AuditQuery, type Parsed } from './requests.ts';
import { auditExample, type AuditPage } from './responses.ts';

@ApiTags('Audit')
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(Audit) private readonly audit: Pick<Audit, 'page' | 'head'>) {}

  @Get()
  @Access('admin')
  @DocumentRequest({ query: AuditQuery })
  @DocumentResponse('Who changed or revealed what, oldest first', 'AuditList', auditExample)
  async list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(AuditQuery)) { cursor = '0', limit }: Parsed<typeof AuditQuery>,
  ): Promise<AuditPage> {
    const tenants = shownTenants(caller);
    // The head first: a row that is written meanwhile is then beyond it, and not missing.
    const head = tenants === undefined ? await this.audit.head() : null;
    const rows = await this.audit.page({ tenants, after: Number(cursor), limit: limit + 1 });
    const items = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? String(items.at(-1)!.seq) : null;
    return { items, nextCursor, head };
  }
}
