import type { KafkaMessage } from 'kafkajs';

/**
 * Why a batch cannot be decoded:
 * - magic: an unknown format;
 * - crc: its bytes were changed after they were written;
 * - codec: a compression code that Kafka has not assigned;
 * - compression: the compressed bytes are invalid for their codec, or too large;
 * - records: the content is not records, or not as many as the header states.
 */
export type BatchFault = 'magic' | 'crc' | 'codec' | 'compression' | 'records';

/** A batch that cannot be decoded. */
export interface UndecodableBatch {
  fault: BatchFault;
  /** In words, without any of its bytes. */
  detail: string;
  /** Its first offset, if that can be trusted; it identifies the batch. */
  baseOffset: number;
  /** The first of its offsets that was requested. */
  firstOffset: number;
  /**
   * The offset after it: where the next batch begins, or as its own header states; otherwise just its first offset plus
   * one, and the rest is requested again.
   */
  lastOffset: number;
  /** The batch as it was read, header included. */
  bytes: Buffer;
}

/** A partition that the broker itself cannot read, or whose bytes are incomplete: requested again after a while. */
export interface StuckPartition {
  /** Kafka's name of the error. */
  error: string;
}

/** A record in kafkajs's form, or a placeholder for a batch: kafkajs moves its offset over it. */
export type UnreadMessage = KafkaMessage & {
  undecodable?: UndecodableBatch;
  stuck?: StuckPartition;
  /** A placeholder for one or several skipped records up to this offset. */
  skipped?: true;
  /** The offset as a number. */
  position?: number;
  /** The time as a number. */
  time?: number;
  /** The first value of each header. */
  headerTexts?: Record<string, string | undefined>;
};

/** A message without content. It is a control record, so that no handler gets it. */
export function filler(offset: number, more: object = {}): UnreadMessage {
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: '-1',
    offset: String(offset),
    key: null,
    value: null,
    headers: {},
    isControlRecord: true,
    batchContext: { inTransaction: false, producerId: '-1' },
    ...more,
  } as UnreadMessage;
}

/** A placeholder at the requested offset: its reader requests it again. */
export const stuckAt = (offset: number, stuck: StuckPartition): UnreadMessage =>
  filler(offset, { stuck, isControlRecord: false });

/** A placeholder for a run of skipped records, at the last of their offsets. */
export const skippedUpTo = (offset: number): UnreadMessage => filler(offset, { skipped: true, isControlRecord: false });

/** Thrown inside the decoder only. */
export class Fault extends Error {
  readonly fault: BatchFault;

  constructor(fault: BatchFault, detail: string) {
    super(detail);
    this.fault = fault;
  }
}
