import { type FieldError, isInstant } from '#libs/contracts';

const DAY_MS = 86_400_000;

/** How far ahead a message can be scheduled where the settings do not say, in days. */
export const STANDARD_SCHEDULE_DAYS = 30;

/** How long after its time a message may still be wanted, in days. */
const LONGEST_LIFE_DAYS = 14;

interface Times {
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
}

/** When a message can go first: its `sendAt`, or at once. `requestedAt` and the result are ms since 1970. */
export const startOf = ({ sendAt }: Times, requestedAt: number): number =>
  Math.max(requestedAt, sendAt === undefined ? requestedAt : Date.parse(sendAt));

/**
 * What is wrong with the times of a request, field by field. Nothing is kept longer than these bounds, and every time
 * that follows from them can be written.
 * @param requestedAt the record's Kafka time, ms since 1970
 */
export function timeProblems(times: Times, requestedAt: number, scheduleAtMostDays: number): FieldError[] {
  // Without a time of its own nothing can be said of the others.
  if (!isInstant(requestedAt)) return [];
  const start = startOf(times, requestedAt);
  if (start > requestedAt + scheduleAtMostDays * DAY_MS)
    return [
      {
        field: 'sendAt',
        rule: `must be at most ${scheduleAtMostDays} day${scheduleAtMostDays === 1 ? '' : 's'} ahead`,
      },
    ];
  if (times.expiresAt === undefined || Date.parse(times.expiresAt) <= start + LONGEST_LIFE_DAYS * DAY_MS) return [];
  return [
    {
      field: 'expiresAt',
      rule:
        `must be at most ${LONGEST_LIFE_DAYS} days after ` +
        `${times.sendAt === undefined ? 'the request' : 'sendAt, or after the request'}`,
    },
  ];
}
