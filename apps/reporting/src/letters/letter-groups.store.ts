import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from '../api/conditions.ts';
import { LetterGroupsReader, type LetterSearch } from './letters.port.ts';
import type { LetterGroup } from './responses.ts';

const MOST_GROUPS = 200;

type Grouped = Omit<LetterGroup, 'oldest' | 'newest'> & { oldest: Date; newest: Date };

@Injectable()
export class PostgresLetterGroups extends LetterGroupsReader {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async groups(search: LetterSearch): Promise<LetterGroup[]> {
    const where = meant(search);
    const { rows } = await database('report', () =>
      this.pool.query<Grouped>(
        `SELECT d.channel, d.state, d.reason, d.failure ->> 'code' AS code, d.failure ->> 'provider' AS provider,
                max(d.failure ->> 'meaning') AS meaning, max(d.failure ->> 'remedy') AS remedy, count(*) AS count,
                min(d.at) AS oldest, max(d.at) AS newest
           FROM reporting.dead_letter d ${where.text} GROUP BY 1, 2, 3, 4, 5
          ORDER BY count DESC, newest DESC LIMIT ${MOST_GROUPS}`,
        where.values,
      ),
    );
    return rows.map(({ oldest, newest, ...group }) => ({
      ...group,
      oldest: oldest.toISOString(),
      newest: newest.toISOString(),
    }));
  }

  async count(search: LetterSearch): Promise<number> {
    const where = meant(search);
    const { rows } = await database('report', () =>
      this.pool.query<{ count: number }>(
        `SELECT count(*) AS count FROM reporting.dead_letter d ${where.text}`,
        where.values,
      ),
    );
    return rows[0]!.count;
  }
}

/** The dead letters (`d`) that a search means. */
export const meant = (search: LetterSearch): Conditions =>
  new Conditions()
    .add(search.state, (value) => `d.state = ${value}`)
    .add(search.channel, (value) => `d.channel = ${value}`)
    .add(search.tenant, (value) => `d.tenant = ${value}`)
    .add(search.tenants, (value) => `d.tenant = ANY(${value})`)
    .add(search.lane, (value) => `d.lane = ${value}`)
    .add(search.reason, (value) => `d.reason = ${value}`)
    .add(search.code, (value) => `d.failure ->> 'code' = ${value}`)
    .add(search.provider, (value) => `d.failure ->> 'provider' = ${value}`)
    .add(search.template, (value) => `d.template = ${value}`)
    .add(search.messageId, (value) => `d.message_id = ${value}`)
    .add(search.operationId, (value) => `d.operation_id = ${value}`)
    .add(search.since, (value) => `d.at >= ${value}`)
    .add(search.until, (value) => `d.at < ${value}`);
