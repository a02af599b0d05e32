import { DeadLetter, HANDOVER_DEPTH, isDeeper, MAX_DEPTH, StatusChanged } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { z } from 'zod';

/** The origin of a record: `at` and `eventId` replace missing values. */
export interface Arrived {
  /** ISO 8601, UTC. */
  at: string;
  /** The same each time the record is read. */
  eventId: string;
  /** Its bytes are not valid UTF-8: U+FFFD replaces what cannot be read. */
  isGarbled: boolean;
}

type Fields = Record<string, unknown>;

export type Salvager = (json: unknown, arrived: Arrived) => object | undefined;

/** A fact or dead letter that broke its schema, and the names of its fields that could not be kept. */
export type Salvaged<T> = T & { lacks: string[] };

const ends = new Set<unknown>(['delivered', 'bounced', 'failed', 'rejected', 'suppressed', 'expired', 'cancelled']);

/** A fact without the fields that break its schema; undefined: its message or status is missing. */
export const salvagedFact = (json: unknown, { at, eventId, isGarbled }: Arrived): Salvaged<StatusChanged> | undefined =>
  salvaged(StatusChanged, json, isGarbled, ({ status }) => ({ at, eventId, final: ends.has(status) }));

/** A dead letter without the fields that break its schema; undefined: its message is missing. */
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
 * Removes the invalid fields, and takes required ones from `otherwise`, until the schema accepts it or nothing more can
 * be fixed.
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
