import { badRequest } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, maySeeAll } from '../access/caller.policy.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { type ReportingConfig, reportingConfig } from '../reporting.config.ts';
import { cancelFieldsOf } from './cancel-filter.ts';
import { tenantsOfTarget } from './control.ts';
import { ControlTable } from './controls.port.ts';
import { beyondYourTenants } from './problems.ts';
import type { CancelPreview, Parsed, PausePreview } from './requests.ts';
import type { CancelPreviewResponse, PausePreviewResponse } from './responses.ts';

/** What a control would be about, before it is ordered. */
@Injectable()
export class ControlPreviews {
  private readonly hashKey: string;

  constructor(
    @Inject(ControlTable) private readonly table: Pick<ControlTable, 'countOpen'>,
    @Inject(InternalServices) private readonly services: InternalServices,
    @Inject(reportingConfig.KEY) config: Pick<ReportingConfig, 'RECIPIENT_HASH_KEY'>,
  ) {
    this.hashKey = config.RECIPIENT_HASH_KEY;
  }

  /** Counts what a filter would cancel. @throws ForbiddenException, BadRequestException */
  async cancel(caller: Caller, { filter }: Parsed<typeof CancelPreview>): Promise<CancelPreviewResponse> {
    const fields = cancelFieldsOf(filter, this.hashKey);
    if (!maySeeAll(caller, fields.tenant === undefined ? 'all' : [fields.tenant]))
      throw beyondYourTenants('filter.tenant');
    const byStatus = await this.table.countOpen(fields);
    return { messages: Object.values(byStatus).reduce((sum, count) => sum + count, 0), byStatus };
  }

  /**
   * Counts what waits in retry that a pause would keep back, and what of it would expire.
   * @throws ForbiddenException, BadRequestException; 503 where retry does not answer
   */
  pause(caller: Caller, { target, until }: Parsed<typeof PausePreview>, now: number): Promise<PausePreviewResponse> {
    if (!maySeeAll(caller, tenantsOfTarget(target))) throw beyondYourTenants('target');
    if (until !== undefined && Date.parse(until) <= now)
      throw badRequest([{ field: 'until', rule: 'must lie in the future' }]);
    const body = { target, ...(until !== undefined && { until }) };
    return this.services.ask('retry', { method: 'POST', path: 'waiting/preview', body });
  }
}
