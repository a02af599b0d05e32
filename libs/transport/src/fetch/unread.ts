import type { KafkaMessage } from 'kafkajs';

/**
 * Why a batch cannot be decoded:
 *  - magic: a format that is not known here;
 *  - crc: its bytes are not those that were written;
 *  - codec: a compression that Kafka has not given away;
 *  - compression: the compressed bytes are not of the codec they name, or too large;
 *  - records: what is inside is not records, or not as many as the batch says.
 */
export type BatchFault = 'magic' | 'crc' | 'codec' | 'compression' | 'records';

/** A batch that cannot be decoded. */
export interface UndecodableBatch {
  fault: BatchFault;
  /** In words, without a byte of it. */
  detail: string;
  /** Where the batch begins, if it can be trusted; it tells one batch from another. */
  baseOffset: number;
  /** The first of its offsets that was asked for. */
  firstOffset: number;
  /**
   * How far it reaches: up to the next batch, or as its own header says; else just its first offset, and the rest is
   * asked for again.
   */
  lastOffset: number;
  /** The batch as it came, header included. */
  bytes: Buffer;
}

/** A partition that the broker itself cannot read, or whose bytes do not come whole: asked for again after a while. */
export interface StuckPartition {
  /** Kafka's name of the error. */
  error: string;
}

/**
 * A record, as kafkajs carries it through, or what stands in a fetched batch in place of records: kafkajs moves its
 * offset over it.
 */
export type UnreadMessage = KafkaMessage & {
  undecodable?: UndecodableBatch;
  stuck?: StuckPartition;
  /** Stands for one record or several up to this offset that are of no interest here. */
  skipped?: true;
  /** The offset as a number. */
  position?: number;
  /** The time as a number. */
  time?: number;
  /** The first value of each header. */
  headerTexts?: Record<string, string | undefined>;
};

/** A message without content; as a control record it is seen by nobody. */
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

/** Stands at the offset that was asked for: who takes it asks for it again. */
export const stuckAt = (offset: number, stuck: StuckPartition): UnreadMessage =>
  filler(offset, { stuck, isControlRecord: false });

/** Stands for a run of records that are passed over, at the last of their offsets. */
export const skippedUpTo = (offset: number): UnreadMessage => filler(offset, { skipped: true, isControlRecord: false });

/** Thrown inside of the decoder only. */
export class Fault extends Error {
  readonly fault: BatchFault;

  constructor(fault: BatchFault, detail: string) {
    super(detail);
    this.fault = fault;
  }
}
