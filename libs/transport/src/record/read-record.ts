import { type Context, OpenSpan, underContext } from '#libs/telemetry';
import type { Decoded, IncomingRecord } from './record.ts';

/** The handler's way to report the end of a record. */
interface Giver {
  freeSlot?: () => void;
  done: (error?: Error) => void;
}

/** One of several records that a handler gets at once: the handler reports how each of them ended. */
export class ReadRecord<T = unknown> {
  readonly record: IncomingRecord;
  /** As upstream wrote it: unknown fields kept, no defaults filled in. */
  readonly json: unknown;
  /** As the schema of its topic parses it. */
  readonly value: T;
  /** The context of the span of its processing, or of the trace in its headers where its topic has no span. */
  readonly context: Context;
  private readonly span: OpenSpan | undefined;
  private giver: Giver | undefined;

  constructor(record: IncomingRecord, { json, value }: Decoded, traced: Context | OpenSpan, giver: Giver) {
    this.record = record;
    this.json = json;
    this.value = value as T;
    this.span = traced instanceof OpenSpan ? traced : undefined;
    this.context = traced instanceof OpenSpan ? traced.context : traced;
    this.giver = giver;
  }

  /** The rest of the work needs no slot: another record may start. */
  freeSlot(): void {
    this.giver?.freeSlot?.();
  }

  /**
   * @param error why it cannot be processed: with InfrastructureDown it is retried, with Stopping it is left to the
   * next assignment, with any other it is quarantined. Undefined: it is finished.
   */
  done(error?: Error): void {
    const { giver } = this;
    this.giver = undefined;
    if (!giver) return;
    this.span?.end(error);
    giver.done(error);
  }

  /** Runs `work` in the trace of the record, and reports its end: what it throws, or that it is finished. */
  async doneAfter(work: (value: T) => Promise<unknown>): Promise<void> {
    const error = await underContext(this.context, async () => work(this.value)).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    this.done(error);
  }
}
