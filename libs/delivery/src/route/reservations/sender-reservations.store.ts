import { database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { SenderReservations, type ReservationRequest } from './sender-reservations.port.ts';

interface ReservationRow {
  sender: string;
  starts_in_ms: number;
}

/** Slices out of one row per sender. The database's clock rules, so replicas need not agree on the time. */
export class PostgresSenderReservations extends SenderReservations {
  private readonly requests: MicroBatch<ReservationRequest, number>;

  constructor(pool: Pool, schema: string) {
    super();
    const batching = { size: 200, lingerMs: 1 };
    this.requests = microBatch(batching, (requests) => database('permit', () => reserveAll(pool, schema, requests)));
  }

  reserve(request: ReservationRequest): Promise<number> {
    return this.requests.add(request);
  }
}

async function reserveAll(pool: Pool, schema: string, requests: readonly ReservationRequest[]): Promise<number[]> {
  const { rows } = await pool.query<ReservationRow>({
    name: 'sender-slices',
    text: reserveSql(schema),
    values: [requests.map(({ sender }) => sender), requests.map(({ perS, count }) => (count * 1000) / perS)],
  });
  const starts = new Map(rows.map((row) => [row.sender, row.starts_in_ms]));
  return requests.map(({ sender }) => starts.get(sender)!);
}

// Senders in order, so that two replicas never wait for each other's rows. What lies in the past is not given away: it
// is lost. Under ON CONFLICT the row is locked before its new value is computed, so a replica that had to wait goes by
// the time after.
const reserveSql = (schema: string) => `
WITH request AS (
  SELECT sender, span_ms * interval '1 millisecond' AS span
    FROM unnest($1::text[], $2::float8[]) AS t(sender, span_ms)
), taken AS (
  INSERT INTO ${schema}.sender_rate AS r (sender, next_at)
  SELECT sender, clock_timestamp() + span FROM request ORDER BY sender
  ON CONFLICT (sender) DO UPDATE SET
    next_at = greatest(r.next_at, clock_timestamp()) + (SELECT span FROM request WHERE request.sender = excluded.sender)
  RETURNING sender, next_at, clock_timestamp() AS at
)
SELECT sender, greatest(0, extract(epoch FROM next_at - span - at) * 1000)::float8 AS starts_in_ms
  FROM taken JOIN request USING (sender)`;
