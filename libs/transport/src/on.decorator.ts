import type { Topic } from '#libs/contracts';
import type { IncomingRecord } from './record/record.ts';
import { BaseRpcContext, EventPattern } from '@nestjs/microservices';

/** Handles the records of these topics, whatever prefix and lanes. The payload is the value as the schema reads it. */
export const On = (...of: readonly Topic[]): MethodDecorator => EventPattern<string[]>(of.map(({ name }) => name));

/**
 * Handles the records of a topic many at a time: the payload is a list of `ReadRecord`, each of which the handler says
 * the end of. What it throws is the end of all that have none yet.
 */
export const OnMany = (topic: Topic): MethodDecorator => EventPattern<string>(topic.name, { many: true });

/** The record behind a payload. */
export class RecordContext extends BaseRpcContext<[IncomingRecord, unknown]> {
  get record(): IncomingRecord {
    return this.args[0];
  }

  /** As upstream wrote it: unknown fields kept, no defaults filled in. */
  get json(): unknown {
    return this.args[1];
  }
}
