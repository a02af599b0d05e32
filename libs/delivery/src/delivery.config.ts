import { milliseconds } from '#libs/contracts';
import { type HealthConfig, healthSettings } from './route/health/health.config.ts';
import { type PermitConfig, permitSettings } from './route/permits/permits.config.ts';
import { STANDARD_SCHEDULE_DAYS } from './times.policy.ts';
import { z } from 'zod';

/** Settings of the delivery engine, the same in every channel. */
export const deliverySettings = {
  LEASE_GUARD_MS: milliseconds(3_000).describe(
    'What must be left of a claim’s lease when a request is written to the provider, in milliseconds.',
  ),
  HANDOVER_ANSWER_MS: milliseconds(30_000).describe(
    'A message that was handed over to retry, and on which retry has said nothing for so long, is looked after, ' +
      'in milliseconds: it is handed over once more if its record or the answer was lost, not if retry is behind.',
  ),
  LEDGER_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(2)
    .max(90)
    .default(14)
    .describe(
      'How long repeats of a message are recognised, in days. Must exceed the retention of the request topics.',
    ),
  CANCEL_WAIT_MS: milliseconds(60_000).describe(
    'A cancellation whose request has not come within this many milliseconds is reported as refused: never seen. ' +
      'Should the request still come within LEDGER_RETENTION_DAYS, it is not sent.',
  ),
  SCHEDULE_AT_MOST_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(366)
    .default(STANDARD_SCHEDULE_DAYS)
    .describe(
      'How far ahead a message can be scheduled (sendAt), in days from the request’s Kafka time; one beyond is ' +
        'rejected.',
    ),
};

/** Circuits, places and rates out of a service's settings. */
export function limitsOf(config: { get(name: never): unknown }): PermitConfig & HealthConfig {
  const names = [...Object.keys(permitSettings), ...Object.keys(healthSettings)];
  return Object.fromEntries(names.map((name) => [name, config.get(name as never)])) as PermitConfig & HealthConfig;
}

/** Rates by provider, without those that are not set. */
export const ratesOf = (rates: Record<string, number | undefined>): ReadonlyMap<string, number> =>
  new Map(Object.entries(rates).filter((entry): entry is [string, number] => entry[1] !== undefined));
