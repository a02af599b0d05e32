import { Jobs } from '#libs/runtime';
import { Publisher } from '#libs/transport';
import { Inject, Injectable } from '@nestjs/common';
import { recordOf } from './operation-record.policy.ts';
import { OperationTable } from './operations.port.ts';

const LOOK_EVERY_MS = 300;
const PORTION = 100;

/** Publishes each operation from its row until Kafka has it: first its start, then its stop. */
@Injectable()
export class OperationPublishing {
  constructor(
    @Inject(OperationTable) private readonly operations: OperationTable,
    @Inject(Publisher) private readonly publisher: Pick<Publisher, 'publishAll'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    jobs.add({ name: 'operations', everyMs: LOOK_EVERY_MS, round: () => this.round() });
  }

  /** @throws InfrastructureDown when PostgreSQL or Kafka cannot be reached; repeating is safe. */
  async round(): Promise<{ more: boolean }> {
    const rows = await this.operations.unpublished(PORTION);
    const starts = rows.filter(({ publishedAt }) => publishedAt === null);
    const stops = rows.filter(({ stopAt, stopPublishedAt }) => stopAt !== null && stopPublishedAt === null);
    for (const [of, stop] of [
      [starts, false],
      [stops, true],
    ] as const) {
      if (of.length === 0) continue;
      await this.publisher.publishAll(of.map((row) => recordOf(row, stop)));
      await this.operations.markPublished(
        of.map(({ id }) => id),
        stop,
      );
    }
    return { more: rows.length === PORTION };
  }
}
