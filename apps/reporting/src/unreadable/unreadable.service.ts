import { Cursor, Jobs, type Problem } from '#libs/runtime';
import { platformProblems } from '#libs/providers';
import { GoneException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { Audit } from '../access/audit/audit.port.ts';
import { type Caller, maySee, shownTenants } from '../access/caller.policy.ts';
import { type RecordBytes, UnreadableBytes } from './record-bytes.port.ts';
import type { Parsed, UnreadableQuery } from './requests.ts';
import type { UnreadableBytesResponse, UnreadableDetail, UnreadableList } from './responses.ts';
import { shownBytes } from './shown-bytes.policy.ts';
import { UnreadableRecords, type UnreadableRow } from './unreadable.port.ts';

const HOUR_MS = 3_600_000;
/** A day longer than the topic keeps its records. */
const KEPT_MS = 31 * 24 * HOUR_MS;

const cursors = new Cursor({ id: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/ });

/** Records that were quarantined: why, from where, and what to do. */
@Injectable()
export class UnreadableService {
  constructor(
    @Inject(UnreadableRecords) private readonly records: UnreadableRecords,
    @Inject(UnreadableBytes) private readonly bytes: UnreadableBytes,
    @Inject(Audit) private readonly audit: Pick<Audit, 'record'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    jobs.add({ name: 'old unreadable records', everyMs: HOUR_MS, round: () => records.deleteOld(KEPT_MS) });
  }

  async list(caller: Caller, { cursor, limit, ...given }: Parsed<typeof UnreadableQuery>): Promise<UnreadableList> {
    const filter = { ...given, tenants: shownTenants(caller) };
    const after = cursors.read(cursor);
    const [rows, causes] = await Promise.all([
      this.records.list({ ...filter, after, limit: limit + 1 }),
      after === undefined ? this.records.causes(filter) : null,
    ]);
    const page = cursors.pageOf(rows, limit, (row) => row);
    return { causes, items: page.rows, nextCursor: page.nextCursor };
  }

  /** @throws NotFoundException also for a record of a tenant that the caller does not see */
  async show(caller: Caller, id: string): Promise<UnreadableDetail> {
    const row = await this.found(caller, id);
    const known = platformProblems.find(({ code }) => code === row.code);
    return {
      ...row,
      meaning: known?.meaning ?? row.error ?? 'A code that this version does not know.',
      remedy: row.remedy ?? known?.remedy ?? 'Look into the log of the service that quarantined it, at that time.',
    };
  }

  /**
   * The bytes, as Kafka has them now. They are shown only once the row of the audit is written.
   * @throws NotFoundException; GoneException where Kafka has deleted them; InfrastructureDown
   */
  async reveal(caller: Caller, id: string, most: number): Promise<UnreadableBytesResponse> {
    const row = await this.found(caller, id);
    const record = await this.bytes.read(row.partition, row.offset);
    if (!record || !isSame(row, record)) throw new GoneException(bytesGone);
    await this.audit.record({
      who: caller.who,
      action: 'unreadable.revealed',
      target: `unreadable:${id}`,
      tenants: row.tenant === null ? 'all' : [row.tenant],
      outcome: 'done',
    });
    const headers = Object.entries(record.headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return {
      id,
      key: record.key && shownBytes(record.key, most),
      value: record.value && shownBytes(record.value, most),
      headers: Object.fromEntries(headers),
    };
  }

  /** A record without a readable tenant is for callers of all tenants: it may be anybody's. */
  private async found(caller: Caller, id: string): Promise<UnreadableRow> {
    const row = await this.records.find(id);
    const isShown = row && (row.tenant === null ? caller.tenants === 'all' : maySee(caller, row.tenant));
    if (!isShown) throw new NotFoundException(recordNotFound);
    return row;
  }
}

/** In a Kafka that was made anew another record may stand at that place. */
const isSame = (row: UnreadableRow, { key, value }: RecordBytes): boolean =>
  row.keyBytes === (key?.length ?? 0) && row.valueBytes === (value?.length ?? 0);

const recordNotFound: Problem = {
  code: 'MSG_NOT_FOUND',
  message: 'no such record is known',
  remedy: 'List them: messaging unreadable list. They are kept for 30 days.',
};

const bytesGone: Problem = {
  code: 'MSG_BYTES_GONE',
  message: 'Kafka has deleted the bytes of this record',
  remedy: 'Its cause and place are all that is left; the producer may still have what it wrote.',
};
