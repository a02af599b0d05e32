import {
  type CancelRule,
  Channel,
  channelRegistry,
  type ControlTarget,
  MOST_CONTROLS,
  nearestInstant,
  type OperatingService,
  pauseKey,
} from '#libs/contracts';
import { badRequest, Cursor } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, maySeeAll, shownTenants, type Tenants } from '../access/caller.policy.ts';
import type { OperationRow } from '../operations/operation.ts';
import { OperationsService } from '../operations/operations.service.ts';
import type { OperationResponse } from '../operations/responses.ts';
import { type ReportingConfig, reportingConfig } from '../reporting.config.ts';
import { cancelFieldsOf } from './cancel-filter.ts';
import { type ControlRow, tenantsOfTarget, wordIdOf } from './control.ts';
import { ControlTable } from './controls.port.ts';
import { beyondYourTenants, noSuchCancellation, notInForce, notPaused, tooManyControls } from './problems.ts';
import type {
  CancelOrder,
  ControlQuery,
  LiftOrder,
  Parsed,
  PauseOrder,
  ResumeOrder,
  WithdrawOrder,
} from './requests.ts';
import type { ControlList, ControlResponse } from './responses.ts';

const cursors = new Cursor({ key: /.{1,300}/ });
const everybody: readonly OperatingService[] = [...Channel.options, 'retry'];
const HOUR_MS = 3_600_000;

/** How long something that was requested may lie unread: so long a rule is held against what comes. */
const RULE_LASTS_MS =
  Math.max(...Object.values(channelRegistry).map(({ requested }) => requested.retentionHours)) * HOUR_MS;

/**
 * Pauses, resumes, cancels by filter, withdraws that, lifts: each an operation, and a row that is published until Kafka
 * has it.
 */
@Injectable()
export class ControlsService {
  private readonly hashKey: string;

  constructor(
    @Inject(ControlTable) private readonly table: ControlTable,
    @Inject(OperationsService) private readonly operations: Pick<OperationsService, 'make'>,
    @Inject(reportingConfig.KEY) config: Pick<ReportingConfig, 'RECIPIENT_HASH_KEY'>,
  ) {
    this.hashKey = config.RECIPIENT_HASH_KEY;
  }

  async list(caller: Caller, { ended, limit, cursor }: Parsed<typeof ControlQuery>): Promise<ControlList> {
    const after = cursors.read(cursor);
    const rows = await this.table.list({ tenants: shownTenants(caller), ended, after, limit: limit + 1 });
    const page = cursors.pageOf(rows, limit, ({ changedAt, key }) => ({ at: changedAt.toISOString(), key }));
    return { items: page.rows.map(responseOf), nextCursor: page.nextCursor };
  }

  /**
   * Pauses; what is paused already gets this reason and end.
   * @param id the caller’s name for the operation
   * @throws ForbiddenException for tenants that the caller does not see; BadRequestException, ConflictException
   */
  pause(caller: Caller, id: string | undefined, order: Parsed<typeof PauseOrder>, now: number) {
    const { target, reason, until } = order;
    if (until !== undefined && Date.parse(until) <= now)
      throw badRequest([{ field: 'until', rule: 'must lie in the future' }]);
    return this.order(caller, id, {
      kind: 'pause',
      field: 'target',
      key: pauseKey(target),
      tenants: tenantsOfTarget(target),
      services: servicesOf(target),
      work: { target, ...(until !== undefined && { until }) },
      asked: order,
      reason,
      make: (known, operation, inForce) => {
        if (!known?.isInForce && inForce >= MOST_CONTROLS) throw tooManyControls();
        const made = madeBy(operation, reason);
        return { kind: 'pause', target, state: 'on', ...made, ...(until !== undefined && { until }) };
      },
    });
  }

  /** @throws ConflictException where it is not paused; ForbiddenException as `pause` */
  resume(caller: Caller, id: string | undefined, order: Parsed<typeof ResumeOrder>) {
    const { target, reason } = order;
    return this.order(caller, id, {
      kind: 'resume',
      field: 'target',
      key: pauseKey(target),
      tenants: tenantsOfTarget(target),
      services: servicesOf(target),
      work: { target },
      asked: order,
      reason,
      make: (known, operation) => {
        if (!known?.isInForce) throw notPaused(target, known);
        return { kind: 'pause', target, state: 'off', ...madeBy(operation, reason) };
      },
    });
  }

  /** Cancels what was requested up to now. @throws ForbiddenException, BadRequestException, ConflictException */
  cancel(caller: Caller, id: string | undefined, { filter, reason }: Parsed<typeof CancelOrder>) {
    const fields = cancelFieldsOf(filter, this.hashKey);
    return this.order(caller, id, {
      kind: 'cancel',
      field: 'filter.tenant',
      key: undefined,
      tenants: fields.tenant === undefined ? 'all' : [fields.tenant],
      services: servicesOfRule(fields),
      work: { filter: { ...fields, ...(filter.all && { all: true }) } },
      asked: { ...fields, reason },
      reason,
      make: (_, operation, inForce) => {
        if (inForce >= MOST_CONTROLS) throw tooManyControls();
        const rule: CancelRule = { ...fields, requestedUpTo: operation.askedAt.toISOString() };
        const until = nearestInstant(operation.askedAt.getTime() + RULE_LASTS_MS);
        return { kind: 'cancel', rule, until, ...madeBy(operation, reason) };
      },
    });
  }

  /**
   * Withdraws a cancellation by filter: it ends nothing more. What it has ended stays ended.
   * @throws NotFoundException, also for one of tenants that the caller does not see; ConflictException where it is over
   */
  async withdraw(caller: Caller, id: string | undefined, order: Parsed<typeof WithdrawOrder>) {
    const { operationId, reason } = order;
    const key = `cancel:${operationId}`;
    const known = await this.table.find(key);
    if (known?.value.kind !== 'cancel' || !maySeeAll(caller, known.tenants)) throw noSuchCancellation();
    const { rule, until } = known.value;
    return this.order(caller, id, {
      kind: 'withdraw',
      field: 'operationId',
      key,
      tenants: known.tenants,
      services: servicesOfRule(rule),
      work: { operationId },
      asked: order,
      reason,
      make: (row, operation) => {
        if (!row?.isInForce) throw notInForce(row ?? known);
        return { kind: 'cancel', rule, ruleId: operationId, state: 'off', until, ...madeBy(operation, reason) };
      },
    });
  }

  /** @throws ForbiddenException unless the caller sees all tenants: a hold concerns everybody */
  lift(caller: Caller, id: string | undefined, order: Parsed<typeof LiftOrder>) {
    const { channel, holdId, reason } = order;
    return this.order(caller, id, {
      kind: 'lift',
      field: 'holdId',
      key: `lift:${holdId}`,
      tenants: 'all',
      services: [channel],
      work: { channel, holdId },
      asked: order,
      reason,
      make: (_, operation) => ({ kind: 'lift', channel, holdId, ...madeBy(operation, reason) }),
    });
  }

  private async order(caller: Caller, id: string | undefined, given: Given): Promise<OperationResponse> {
    const { kind, tenants, services, work, asked, reason, field, key, make } = given;
    if (!maySeeAll(caller, tenants)) throw beyondYourTenants(field);
    const action = `control.${kind}` as const;
    const order = { id, kind, services, tenants, work, asked, reason, action, carrier: 'control' as const };
    return this.operations.make(caller, order, async (client, operation) => {
      const changed = key ?? `cancel:${operation.id}`;
      await this.table.changing({ key: changed, make })(client, operation);
    });
  }
}

interface Given {
  kind: 'pause' | 'resume' | 'cancel' | 'withdraw' | 'lift';
  /** The field that names the tenants. */
  field: string;
  /** Undefined: it is named by the operation. */
  key: string | undefined;
  tenants: Tenants;
  services: readonly OperatingService[];
  work: Record<string, unknown>;
  asked: object;
  reason: string;
  make: Parameters<ControlTable['changing']>[0]['make'];
}

/** Who is to say that it is in force. */
function servicesOf(target: ControlTarget): readonly OperatingService[] {
  const isOfChannel = target.kind === 'provider' || target.kind === 'channel' || target.kind === 'lane';
  return isOfChannel && target.channel !== undefined ? [target.channel, 'retry'] : everybody;
}

const servicesOfRule = ({ channel }: Pick<CancelRule, 'channel'>): readonly OperatingService[] =>
  channel === undefined ? everybody : [channel, 'retry'];

/** The table numbers it. */
const madeBy = ({ id, askedBy, askedAt }: OperationRow, reason: string) => ({
  seq: 1,
  eventId: wordIdOf(id, 1),
  operationId: id,
  by: askedBy,
  reason,
  at: askedAt.toISOString(),
});

function responseOf({ key, value, isInForce, isPublished }: ControlRow): ControlResponse {
  const { kind, reason, by, at, operationId } = value;
  return {
    key,
    kind,
    inForce: isInForce,
    ...(value.kind === 'pause' && { target: value.target }),
    ...(value.kind === 'cancel' && { rule: value.rule }),
    ...(value.kind === 'lift' && { holdId: value.holdId }),
    reason,
    by,
    at,
    until: value.kind === 'lift' ? null : (value.until ?? null),
    operationId: value.kind === 'cancel' ? (value.ruleId ?? operationId) : operationId,
    published: isPublished,
  };
}
