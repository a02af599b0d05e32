import { RecordRefused } from '#libs/contracts';
import type { Outgoing, Publisher } from '#libs/transport';

/** A publisher whose results the test defines; a throw of RecordRefused is a refusal. */
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
