import type { Topic } from '#libs/contracts';
import type { IncomingRecord } from './record/record.ts';
import { BaseRpcContext, EventPattern } from '@nestjs/microservices';

/**
 * Handles the records of these topics, with any prefix and in all lanes. The payload is the value as the schema parses
 * it.
 */
export const On = (...of: readonly Topic[]): MethodDecorator => EventPattern<string[]>(of.map(({ name }) => name));

/**
 * Handles the records of a topic in batches: the payload is a list of `ReadRecord`, and the handler reports the end of
 * each. If it throws, the error counts for all records that it has not ended.
 */
export const OnMany = (topic: Topic): MethodDecorator => EventPattern<string>(topic.name, { many: true });

/** The record of a payload. */
export class RecordContext extends BaseRpcContext<[IncomingRecord, unknown]> {
  get record(): IncomingRecord {
    return this.args[0];
  }

  /** As upstream wrote it: unknown fields kept, no defaults filled in. */
  get json(): unknown {
    return this.args[1];
  }
}
