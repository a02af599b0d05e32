import { arrayText, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { writeCell } from '../../apps/reporting/src/counts/cell.ts';
import { cellOf } from '../../apps/reporting/src/counts/cell.policy.ts';
import { writeCounts } from '../../apps/reporting/src/counts/counts.store.ts';
import { attemptsIn } from '../../apps/reporting/src/counts/attempts.policy.ts';
import { recountDay, takeTime } from '../../apps/reporting/src/counts/recount.store.ts';
import { deriveState } from '../../apps/reporting/src/projection/state.policy.ts';
import { copyRows } from './copy.ts';
import { DAYS, sampleMessage } from './sample.ts';

const DAY_MS = 86_400_000;
const PORTION = 10_000;
/** As many as reporting keeps at its defaults. */
const PERIODS = 4;

/**
 * Fills the tables that the projection writes, in periods before the one that is open, and counts each day by
 * reporting's own recount.
 * @param end ms since 1970: midnight before today
 */
export async function load(pool: Pool, messages: number, end: number): Promise<void> {
  const periods = Array.from({ length: PERIODS }, (_, index) =>
    new Date(end - DAYS * DAY_MS + (index * DAYS * DAY_MS) / PERIODS).toISOString().slice(0, 10),
  );
  await transaction(pool, async (client) => {
    await client.query('UPDATE reporting.period SET closed_at = now() WHERE closed_at IS NULL');
    for (const period of periods) {
      await client.query('SELECT reporting.make_period($1)', [period]);
      await client.query('UPDATE reporting.period SET closed_at = now() WHERE closed_at IS NULL');
    }
    await client.query(
      'UPDATE reporting.period SET closed_at = NULL WHERE period = (SELECT max(period) FROM reporting.period)',
    );
  });
  for (let from = 0; from < messages; from += PORTION)
    await transaction(pool, (client) => loadSome(client, from, Math.min(PORTION, messages - from), periods, end));
  await pool.query('VACUUM ANALYZE');
  for (let day = end - DAYS * DAY_MS; day < end; day += DAY_MS)
    await transaction(pool, async (client) => {
      await takeTime(client);
      await recountDay(client, new Date(day).toISOString().slice(0, 10));
    });
  await pool.query('VACUUM ANALYZE');
}

async function loadSome(
  client: PoolClient,
  from: number,
  count: number,
  periods: readonly string[],
  end: number,
): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const message = sampleMessage(from + index, end);
    const after = deriveState(message.facts);
    const period = periods.findLast((each) => each <= after.requestedAt.slice(0, 10)) ?? periods[0]!;
    return { message, after, period, cell: cellOf(message, after, message.facts) };
  });
  await copyRows(
    client,
    'reporting.message',
    [
      'id',
      'period',
      'tenant',
      'channel',
      'message_id',
      'lane',
      'category',
      'requested_at',
      'recipients',
      'tags',
      'status',
      'status_at',
      'final',
      'engagement',
      'provider',
      'attempts',
      'cell',
      'counted_hour',
    ],
    rows.map(({ message: { id, tenant, channel, messageId }, after, period, cell }) => [
      id,
      period,
      tenant,
      channel,
      messageId,
      after.lane,
      after.category,
      after.requestedAt,
      JSON.stringify(after.recipients),
      arrayText(after.tags),
      after.status,
      after.statusAt,
      after.final,
      arrayText(after.engagement),
      after.provider,
      after.attempts,
      writeCell(cell),
      cell.hour,
    ]),
  );
  await copyRows(
    client,
    'reporting.event',
    ['event_id', 'id', 'period', 'at', 'hop', 'fact'],
    rows.flatMap(({ message, period }) =>
      message.facts.map((fact) => [fact.eventId, message.id, period, fact.at, fact.hop ?? null, JSON.stringify(fact)]),
    ),
  );
  await copyRows(
    client,
    'reporting.recipient',
    ['hash', 'id', 'period'],
    rows.map(({ message, period }) => [message.recipient, message.id, period]),
  );
  await copyRows(
    client,
    'reporting.provider_reference',
    ['provider', 'provider_message_id', 'members'],
    rows.map(({ message: { id, recipient, facts } }) => [
      facts[1]!.provider!,
      facts[1]!.providerMessageId!,
      JSON.stringify({ [id]: [recipient] }),
    ]),
  );
  const owners = new Map(rows.map(({ message }) => [message.id, message]));
  const facts = rows.flatMap(({ message: { id, facts: own } }) => own.map((fact) => ({ of: undefined, id, fact })));
  await writeCounts(
    client,
    new Map(),
    attemptsIn(facts, (id) => owners.get(id)),
  );
}
