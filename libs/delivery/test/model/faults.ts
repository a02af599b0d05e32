/**
 * A bug that one message triggers: while it is read, just before the call or just after it, or while retry plans it; or
 * a record of ours that Kafka refuses: the hand-over to retry, or the one that returns.
 */
export const faults = [
  'reading',
  'before the call',
  'after the call',
  'handing over',
  'planning',
  'releasing',
] as const;
export type Fault = (typeof faults)[number];
