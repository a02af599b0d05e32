import { RecordRefused } from '#libs/contracts';
import type { Outgoing, Publisher } from '#libs/transport';

/** A publisher that does with each record as it is told; what throws RecordRefused is one that cannot go. */
export function aPublisher(publish: (record: Outgoing) => Promise<void>): Pick<Publisher, 'publish' | 'publishAll'> {
  const refusalOf = (record: Outgoing) =>
    publish(record).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof RecordRefused) return error;
        throw error;
      },
    );
  return { publish, publishAll: (records) => Promise.all(records.map(refusalOf)) };
}
