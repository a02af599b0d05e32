import type { LetterFilter } from '#libs/contracts';
import { badRequest } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, maySee, shownTenants, type Tenants } from '../access/caller.policy.ts';
import { beyondYours } from '../access/problems.ts';
import type { OperationOrder } from '../operations/operation.ts';
import { OperationsService } from '../operations/operations.service.ts';
import type { OperationResponse } from '../operations/responses.ts';
import { LetterGroupsReader } from './letters.port.ts';
import { stalePreview } from './problems.ts';
import type { DiscardOrder, LetterGroupsQuery, Parsed, RedriveOrder } from './requests.ts';
import type { LetterGroups } from './responses.ts';

const LONGEST_LIFE_MS = 14 * 24 * 3_600_000;

/** Shows dead letters by cause, and has them redriven or discarded. */
@Injectable()
export class LettersService {
  constructor(
    @Inject(LetterGroupsReader) private readonly letters: LetterGroupsReader,
    @Inject(OperationsService) private readonly operations: OperationsService,
  ) {}

  async groups(caller: Caller, query: Parsed<typeof LetterGroupsQuery>): Promise<LetterGroups> {
    const search = { ...query, tenants: shownTenants(caller) };
    const [total, groups] = await Promise.all([this.letters.count(search), this.letters.groups(search)]);
    return { total, groups };
  }

  /** @throws ConflictException where more are meant than the preview showed; ForbiddenException for a foreign tenant */
  redrive(caller: Caller, id: string | undefined, asked: Parsed<typeof RedriveOrder>): Promise<OperationResponse> {
    checkExpiry(asked.expiresAt, Date.now());
    const { atMost, reason, ...work } = asked;
    return this.make(caller, { id, kind: 'redrive', action: 'letters.redriven', asked, work, atMost, reason });
  }

  /** @throws as `redrive` */
  discard(caller: Caller, id: string | undefined, asked: Parsed<typeof DiscardOrder>): Promise<OperationResponse> {
    const { atMost, reason, ...work } = asked;
    return this.make(caller, { id, kind: 'discard', action: 'letters.discarded', asked, work, atMost, reason });
  }

  private async make(
    caller: Caller,
    order: Pick<OperationOrder, 'id' | 'kind' | 'action' | 'asked' | 'reason'> & {
      atMost: number;
      work: { filter: LetterFilter };
    },
  ): Promise<OperationResponse> {
    const { filter } = order.work;
    const tenants = tenantsOf(caller, filter.tenant);
    // What was asked for under this name before is shown, however many there are now.
    if (order.id === undefined || !(await this.operations.isKnown(order.id))) {
      const { all: _all, ...named } = filter;
      const now = await this.letters.count({ ...named, state: 'open', tenants: shownTenants(caller) });
      if (now > order.atMost) throw stalePreview(now, order.atMost);
    }
    return this.operations.make(caller, { ...order, services: ['retry'], tenants, carrier: 'job' });
  }
}

/** @throws ForbiddenException for a tenant that the caller does not see */
export function tenantsOf(caller: Caller, named: string | undefined): Tenants {
  if (named === undefined) return caller.tenants;
  if (!maySee(caller, named)) throw beyondYours([{ field: 'filter.tenant', rule: 'must be a tenant of your own' }]);
  return [named];
}

/** @throws BadRequestException for an expiry that has passed, or lies further ahead than any message may live */
export function checkExpiry(expiresAt: string | undefined, nowMs: number): void {
  if (expiresAt === undefined) return;
  const ms = Date.parse(expiresAt);
  if (ms <= nowMs) throw badRequest([{ field: 'expiresAt', rule: 'must lie in the future' }]);
  if (ms > nowMs + LONGEST_LIFE_MS) throw badRequest([{ field: 'expiresAt', rule: 'must be at most 14 days ahead' }]);
}
