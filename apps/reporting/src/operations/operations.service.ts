import { randomUUID } from 'node:crypto';
import { contentDigest } from '#libs/contracts';
import { Cursor } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditEntry } from '../access/audit/audit.port.ts';
import { type Caller, maySeeAll, shownTenants } from '../access/caller.policy.ts';
import { progressOf } from './operation-state.policy.ts';
import type { OperationOrder, OperationRow } from './operation.ts';
import { type Alongside, OperationTable } from './operations.port.ts';
import { keyTaken, notStoppable, operationNotFound } from './problems.ts';
import type { OperationQuery, Parsed } from './requests.ts';
import type { OperationList, OperationResponse } from './responses.ts';

const cursors = new Cursor({ id: /[A-Za-z0-9._:-]{1,100}/ });
const nothingElse: Alongside = () => Promise.resolve();

/** Makes, shows and stops operations: what every room that changes something uses. */
@Injectable()
export class OperationsService {
  constructor(@Inject(OperationTable) private readonly table: OperationTable) {}

  /**
   * Makes an operation; the same id with the same content again is the operation that is known.
   * @param order its tenants must be tenants that the caller sees: whoever makes an operation has checked that
   * @param alongside what else is written in the same transaction, once
   * @throws ConflictException where the id was used for something else
   */
  async make(caller: Caller, order: OperationOrder, alongside = nothingElse): Promise<OperationResponse> {
    const { asked, id = randomUUID(), ...rest } = order;
    const { kind, tenants, action } = order;
    const digest = contentDigest({ kind, tenants, asked: asked ?? null });
    const entry = entryOf(caller, action, { id, tenants }, { kind });
    const row = await this.table.make({ ...rest, id, digest, askedBy: caller.who }, entry, alongside);
    if (!row) throw keyTaken();
    return responseOf(row, Date.now());
  }

  /** Whether an operation of this id is known, whosever it is. */
  async isKnown(id: string): Promise<boolean> {
    return (await this.table.find(id)) !== undefined;
  }

  async list(caller: Caller, { kind, limit, cursor }: Parsed<typeof OperationQuery>): Promise<OperationList> {
    const after = cursors.read(cursor);
    const rows = await this.table.list({ tenants: shownTenants(caller), kind, after, limit: limit + 1 });
    const page = cursors.pageOf(rows, limit, ({ id, askedAt }) => ({ at: askedAt.toISOString(), id }));
    return { items: page.rows.map((row) => responseOf(row, Date.now())), nextCursor: page.nextCursor };
  }

  /** @throws NotFoundException also for one that concerns tenants that the caller does not see */
  async show(caller: Caller, id: string): Promise<OperationResponse> {
    return responseOf(await this.found(caller, id), Date.now());
  }

  /**
   * Ends a job: what it has done stays done. Again gives the same.
   * @throws NotFoundException as `show`; ConflictException where it has ended, or is no job
   */
  async stop(caller: Caller, id: string): Promise<OperationResponse> {
    const row = await this.found(caller, id);
    if (row.carrier !== 'job')
      throw notStoppable(
        'it is no job that could be stopped',
        'A control is ended by its opposite: resume what is paused. See docs/operations.md.',
      );
    const { state } = progressOf(row, Date.now());
    if (row.stopAt === null && (state === 'done' || state === 'failed' || state === 'stopped'))
      throw notStoppable(`it has ended already: ${state}`, 'Nothing is left to stop; messaging ops show says more.');
    await this.table.stop(id, caller.who, entryOf(caller, 'operation.stopped', row, { kind: row.kind }));
    return responseOf(await this.found(caller, id), Date.now());
  }

  private async found(caller: Caller, id: string): Promise<OperationRow> {
    const row = await this.table.find(id);
    if (!row || !maySeeAll(caller, row.tenants)) throw operationNotFound();
    return row;
  }
}

const entryOf = (
  { who }: Caller,
  action: AuditEntry['action'],
  { id, tenants }: Pick<OperationRow, 'id' | 'tenants'>,
  details: AuditEntry['details'],
): AuditEntry => ({ who, action, target: `operation:${id}`, tenants, outcome: 'done', ...(details && { details }) });

/** An operation as the API shows it. @param nowMs in milliseconds */
export function responseOf(row: OperationRow, nowMs: number): OperationResponse {
  const { id, kind, tenants, atMost, reason, askedBy, askedAt, stopBy, stopAt, services, words } = row;
  // Sealed, it is of use to nobody who reads this.
  const { sealedAddress: _, ...work } = row.work;
  return {
    operationId: id,
    kind,
    ...progressOf(row, nowMs),
    tenants: tenants === 'all' ? 'all' : [...tenants],
    atMost,
    work,
    reason,
    askedBy,
    askedAt: askedAt.toISOString(),
    stopAskedBy: stopBy,
    stopAskedAt: stopAt?.toISOString() ?? null,
    services: services.map((service) => {
      const word = words.find((each) => each.service === service);
      if (!word) return { service, state: null, counts: {}, reason: null, at: null };
      const { state, counts, reason: why, at } = word;
      return { service, state, counts, reason: why, at: new Date(at).toISOString() };
    }),
  };
}
