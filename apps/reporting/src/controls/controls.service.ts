import {
  type CancelRule,
  Channel,
  channelRegistry,
  type ControlTarget,
  isRecipient,
  MOST_CONTROLS,
  nearestInstant,
  type OperatingService,
  pauseKey,
  recipientHash,
} from '#libs/contracts';
import { badRequest, Cursor } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, maySeeAll, shownTenants, type Tenants } from '../access/caller.policy.ts';
import type { OperationRow } from '../operations/operation.ts';
import { OperationsService } from '../operations/operations.service.ts';
import type { OperationResponse } from '../operations/responses.ts';
import { type ReportingConfig, reportingConfig } from '../reporting.config.ts';
import { type ControlRow, wordIdOf } from './control.ts';
import { ControlTable } from './controls.port.ts';
import { beyondYourTenants, notPaused, tooManyControls } from './problems.ts';
import type {
  CancelOrder,
  CancelPreview,
  ControlQuery,
  LiftOrder,
  Parsed,
  PauseOrder,
  ResumeOrder,
} from './requests.ts';
import type { CancelPreviewResponse, ControlList, ControlResponse } from './responses.ts';

const cursors = new Cursor({ key: /.{1,300}/ });
const everybody: readonly OperatingService[] = [...Channel.options, 'retry'];
const HOUR_MS = 3_600_000;

/** How long something that was requested may lie unread: so long a rule is held against what comes. */
const RULE_LASTS_MS =
  Math.max(...Object.values(channelRegistry).map(({ requested }) => requested.retentionHours)) * HOUR_MS;

/** Pauses, resumes, cancels by filter, lifts: each an operation, and a row that is published until Kafka has it. */
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
    const fields = this.fieldsOf(filter);
    return this.order(caller, id, {
      kind: 'cancel',
      field: 'filter.tenant',
      key: undefined,
      tenants: fields.tenant === undefined ? 'all' : [fields.tenant],
      services: fields.channel === undefined ? everybody : [fields.channel, 'retry'],
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

  /** Counts what a filter would cancel. @throws ForbiddenException, BadRequestException */
  async preview(caller: Caller, { filter }: Parsed<typeof CancelPreview>): Promise<CancelPreviewResponse> {
    const fields = this.fieldsOf(filter);
    if (!maySeeAll(caller, fields.tenant === undefined ? 'all' : [fields.tenant]))
      throw beyondYourTenants('filter.tenant');
    const byStatus = await this.table.countOpen(fields);
    return { messages: Object.values(byStatus).reduce((sum, count) => sum + count, 0), byStatus };
  }

  /** @throws ForbiddenException unless the caller sees all tenants: a hold concerns everybody */
  lift(caller: Caller, id: string | undefined, order: Parsed<typeof LiftOrder>) {
    const { holdId, reason } = order;
    return this.order(caller, id, {
      kind: 'lift',
      field: 'holdId',
      key: `lift:${holdId}`,
      tenants: 'all',
      services: Channel.options,
      work: { holdId },
      asked: order,
      reason,
      make: (_, operation) => ({ kind: 'lift', holdId, ...madeBy(operation, reason) }),
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

  /** A filter with the recipient’s hash in place of the address. */
  private fieldsOf({ all: _, recipient, ...fields }: Parsed<typeof CancelPreview>['filter']): CancelFields {
    if (recipient === undefined) return fields;
    if (!Channel.options.some((channel) => isRecipient(recipient, channel)))
      throw badRequest([
        {
          field: 'filter.recipient',
          rule: 'must be an e-mail address, or a phone number with its country’s code such as +1 202 555 0123',
        },
      ]);
    return { ...fields, recipient: recipientHash(this.hashKey, recipient) };
  }
}

type CancelFields = Pick<CancelRule, 'channel' | 'tenant' | 'tag' | 'template' | 'recipient'>;

interface Given {
  kind: 'pause' | 'resume' | 'cancel' | 'lift';
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

const tenantsOfTarget = (target: ControlTarget): Tenants => (target.kind === 'tenant' ? [target.tenant] : 'all');

/** Who is to say that it is in force. */
function servicesOf(target: ControlTarget): readonly OperatingService[] {
  const isOfChannel = target.kind === 'provider' || target.kind === 'channel' || target.kind === 'lane';
  return isOfChannel && target.channel !== undefined ? [target.channel, 'retry'] : everybody;
}

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
    operationId,
    published: isPublished,
  };
}
