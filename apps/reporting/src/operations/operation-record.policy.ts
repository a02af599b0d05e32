import { CancelRequested, type OperationRequested, operationWordId, topics } from '#libs/contracts';
import type { Outgoing } from '#libs/transport';
import type { OperationRow } from './operation.ts';

/** The record that carries an operation; `stop`: the one that ends a job. Repeats are the same. */
export const recordOf = (row: OperationRow, stop: boolean): Outgoing =>
  row.carrier === 'cancel' ? cancelRecord(row) : jobRecord(row, stop);

/** One message is cancelled as upstream does it: every claim sees it (docs/adr/0044). */
function cancelRecord({ work }: OperationRow): Outgoing {
  const value = CancelRequested.parse(work);
  return { topic: topics.cancelRequested, key: value.messageId, value };
}

function jobRecord(row: OperationRow, stop: boolean): Outgoing {
  const { id, kind, services, tenants, atMost, work, askedAt } = row;
  const value: OperationRequested = {
    eventId: operationWordId({ operationId: id, service: 'reporting', seq: stop ? 2 : 1 }),
    operationId: id,
    kind,
    services,
    ...(tenants !== 'all' && { tenants: [...tenants] }),
    at: askedAt.toISOString(),
    ...(atMost !== null && { atMost }),
    work,
    ...(stop && { stop }),
  };
  return { topic: topics.operationRequested, key: id, value };
}
