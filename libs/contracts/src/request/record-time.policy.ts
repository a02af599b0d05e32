/** 3 March 1973 in milliseconds: what lies before was counted in seconds, or never set. */
const EARLIEST_MS = 1e11;
/** The year 5138 in milliseconds: what lies behind was counted in a finer unit. */
const LATEST_MS = 1e14;

/**
 * What is wrong with the timestamp of a Kafka record, in words; undefined: it can be a time in milliseconds since 1970,
 * as Kafka means it. -1 is Kafka's own sign for none (KIP-32); 0 is what some clients write instead.
 */
export function recordTimeProblem(timestamp: number): string | undefined {
  if (timestamp >= EARLIEST_MS && timestamp < LATEST_MS) return undefined;
  if (!(timestamp > 0)) return `is ${timestamp}, which is none: milliseconds since 1970?`;
  if (timestamp < EARLIEST_MS) return `is ${timestamp}, which looks like seconds: milliseconds?`;
  return (
    `is ${timestamp}, which looks like ${timestamp < LATEST_MS * 1_000 ? 'microseconds' : 'nanoseconds'}: ` +
    'milliseconds?'
  );
}
