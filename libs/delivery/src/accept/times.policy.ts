import { type FieldError, isInstant } from '#libs/contracts';

const DAY_MS = 86_400_000;

/** The default of how many days ahead a message can be scheduled. */
export const STANDARD_SCHEDULE_DAYS = 30;

/** How many days after its time a message may expire at the latest. */
const LONGEST_LIFE_DAYS = 14;

interface Times {
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
}

/** When a message can be sent first: at its `sendAt`, or at once. `requestedAt` and the result are ms since 1970. */
export const startOf = ({ sendAt }: Times, requestedAt: number): number =>
  Math.max(requestedAt, sendAt === undefined ? requestedAt : Date.parse(sendAt));

/**
 * What is wrong with the times of a request, field by field. Nothing is stored for longer than these limits allow, and
 * every time derived from them can be written.
 * @param requestedAt the record's Kafka timestamp, ms since 1970
 */
export function timeProblems(times: Times, requestedAt: number, scheduleAtMostDays: number): FieldError[] {
  // The other times are relative to this one.
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
