/** 3 March 1973 in milliseconds: an earlier time is in seconds, or was never set. */
const EARLIEST_MS = 1e11;
/** The year 5138 in milliseconds: a later time is in a finer unit. */
const LATEST_MS = 1e14;

/**
 * What is wrong with the timestamp of a Kafka record, in words. Undefined: it can be a time in milliseconds since 1970.
 * -1 is Kafka's own value for none (KIP-32); some clients write 0 instead.
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
