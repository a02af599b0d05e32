import type { IHeaders } from 'kafkajs';
import { type HeaderBytes, headersOf, headerTextsOf } from './record-headers.ts';
import type { RecordReader } from './record-reader.ts';

/** Values that the records of a batch share. */
export interface BatchContext {
  inTransaction: boolean;
  producerId: string;
}

/**
 * A record as kafkajs passes it on. Fields that are seldom read are computed on access, such as the headers as bytes:
 * handlers read them as text.
 */
export class FetchedMessage {
  readonly magicByte = 2;
  readonly attributes = 0;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** `offset` as a number. */
  readonly position: number;
  /** `timestamp` as a number, ms since 1970. */
  readonly time: number;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  private readonly where: HeaderBytes;

  constructor(
    { key, value, bytes, headersAt, end }: RecordReader,
    position: number,
    time: number,
    isControlRecord: boolean,
    context: BatchContext,
  ) {
    this.key = key;
    this.value = value;
    this.position = position;
    this.time = time;
    this.isControlRecord = isControlRecord;
    this.batchContext = context;
    this.where = { bytes, at: headersAt, end };
  }

  get offset(): string {
    return String(this.position);
  }

  get timestamp(): string {
    return String(this.time);
  }

  get headers(): IHeaders {
    return headersOf(this.where) as IHeaders;
  }

  /** The first value of each header. */
  get headerTexts(): Record<string, string | undefined> {
    return headerTextsOf(this.where);
  }
}
