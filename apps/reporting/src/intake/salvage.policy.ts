import { DeadLetter, HANDOVER_DEPTH, isDeeper, MAX_DEPTH, StatusChanged } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { z } from 'zod';

/** How a record came: `at` and `eventId` stand in for what it says of that itself. */
export interface Arrived {
  /** ISO 8601, UTC. */
  at: string;
  /** The same each time the record comes. */
  eventId: string;
  /** Its bytes are no UTF-8: where U+FFFD stands now, something else was meant. */
  isGarbled: boolean;
}

type Fields = Record<string, unknown>;

export type Salvager = (json: unknown, arrived: Arrived) => object | undefined;

/** A fact or a dead letter that broke its schema, and the fields of it that could not be kept. */
export type Salvaged<T> = T & { lacks: string[] };

const ends = new Set<unknown>(['delivered', 'bounced', 'failed', 'rejected', 'suppressed', 'expired', 'cancelled']);

/** A fact without the fields that break its schema; undefined: it does not tell what happened to what. */
export const salvagedFact = (json: unknown, { at, eventId, isGarbled }: Arrived): Salvaged<StatusChanged> | undefined =>
  salvaged(StatusChanged, json, isGarbled, ({ status }) => ({ at, eventId, final: ends.has(status) }));

/** A dead letter without the fields that break its schema; undefined: it does not tell which message was given up. */
export const salvagedLetter = (json: unknown, { at, eventId, isGarbled }: Arrived): Salvaged<DeadLetter> | undefined =>
  salvaged(DeadLetter, json, isGarbled, () => ({
    at,
    eventId,
    requestedAt: at,
    expiresAt: at,
    key: null,
    request: {},
    attempts: [],
    hop: 1,
    lane: 'transactional',
    reason: 'failed',
    failure: ownFailure('MSG_UNCLASSIFIED', 'transient', 'backoff', 'The attempt failed; its channel did not say why.'),
  }));

/**
 * Leaves out what is wrong, and what then is missing is taken from `otherwise`, as often as something can be fixed.
 */
function salvaged<S extends z.ZodObject>(
  schema: S,
  json: unknown,
  isGarbled: boolean,
  otherwise: (fields: Fields) => Fields,
): Salvaged<z.infer<S>> | undefined {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return undefined;
  const given = json as Fields;
  const known = Object.keys(schema.shape);
  const substitutes = otherwise(given);
  const isLost = (value: unknown) =>
    isDeeper(value, MAX_DEPTH + HANDOVER_DEPTH - 1) || (isGarbled && JSON.stringify(value).includes('\ufffd'));
  const lacks = known.filter((name) => name in given && isLost(given[name]));
  const fields = Object.fromEntries(
    known.filter((name) => name in given && !lacks.includes(name)).map((name) => [name, given[name]]),
  );
  for (let round = 0; round < 3; round += 1) {
    const parsed = schema.safeParse(fields);
    if (parsed.success) return { ...parsed.data, lacks };
    for (const name of new Set(parsed.error.issues.map(({ path }) => String(path[0])))) {
      if (!lacks.includes(name)) lacks.push(name);
      delete fields[name];
      if (name in substitutes) fields[name] = substitutes[name];
    }
  }
  return undefined;
}
