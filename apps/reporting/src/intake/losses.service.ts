import type { Topic } from '#libs/contracts';
import { LOGGER } from '#libs/runtime';
import { count, counters, type Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';

/** Reports fields that could not be kept: each by a counter, and each kind once in the log. */
@Injectable()
export class Losses {
  private readonly reported = new Set<string>();

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /** Reports the fields that a record of the topic lacks, and returns the record. */
  of<T extends { lacks?: string[] | undefined }>(topic: Topic, record: T): T {
    for (const field of record.lacks ?? []) {
      count(counters.fieldsLost, { 'messaging.destination.name': topic.name, 'mi.field': field });
      if (this.reported.has(`${topic.name} ${field}`)) continue;
      this.reported.add(`${topic.name} ${field}`);
      this.logger.warn(
        { topic: topic.name, field },
        'a field could not be kept and is left out; logged once, counted each time (mi.fields.lost)',
      );
    }
    return record;
  }
}
