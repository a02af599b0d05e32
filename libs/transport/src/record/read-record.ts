import type { Context, OpenSpan } from '#libs/telemetry';
import type { Decoded, IncomingRecord } from './record.ts';

/** Whom a record goes back to. */
interface Giver {
  freeSlot?: () => void;
  done: (error?: Error) => void;
}

/** One of many records that a handler takes at once: it says of each, once, how it ended. */
export class ReadRecord<T = unknown> {
  readonly record: IncomingRecord;
  /** As upstream wrote it: unknown fields kept, no defaults filled in. */
  readonly json: unknown;
  /** As the schema of its topic reads it. */
  readonly value: T;
  /** Of the span of its processing, or of the trace that it came in where that has none. */
  readonly context: Context;
  private readonly span: OpenSpan | undefined;
  private giver: Giver | undefined;

  constructor(record: IncomingRecord, { json, value }: Decoded, traced: Context | OpenSpan, giver: Giver) {
    this.record = record;
    this.json = json;
    this.value = value as T;
    this.span = 'span' in traced ? traced : undefined;
    this.context = 'span' in traced ? traced.context : traced;
    this.giver = giver;
  }

  /** What is left to do needs none of the slots: another record may be begun. */
  freeSlot(): void {
    this.giver?.freeSlot?.();
  }

  /**
   * @param error why it cannot be dealt with: with InfrastructureDown it is tried again, with Stopping it is left for
   * the next assignment, with all else it is quarantined. Undefined: it is dealt with.
   */
  done(error?: Error): void {
    const { giver } = this;
    this.giver = undefined;
    if (!giver) return;
    this.span?.end(error);
    giver.done(error);
  }
}
