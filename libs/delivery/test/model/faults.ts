/**
 * A bug that one message brings out: as it is read, just before the provider is called or just after, as retry plans;
 * or a record of ours that Kafka does not take: the hand-over to retry, or the one that goes back.
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
