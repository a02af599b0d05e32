import { InfrastructureDown, RecordRefused } from '#libs/contracts';

/**
 * Waits until each record is published or refused, and returns the first refusal. So a refused record neither blocks
 * the others nor hides a failure of the broker.
 * @throws InfrastructureDown, and every other error that is no refusal
 */
export async function firstRefusal(records: readonly Promise<unknown>[]): Promise<RecordRefused | undefined> {
  const errors = (await Promise.allSettled(records)).flatMap((record): unknown[] =>
    record.status === 'rejected' ? [record.reason] : [],
  );
  const worse = errors.find((error) => !(error instanceof RecordRefused));
  if (worse !== undefined)
    throw worse instanceof Error ? worse : new InfrastructureDown('kafka', 'publish', { cause: worse });
  return errors[0] as RecordRefused | undefined;
}

/**
 * As `firstRefusal`, but throws it.
 * @throws InfrastructureDown; RecordRefused once all other records are published
 */
export async function allPublished(records: readonly Promise<unknown>[]): Promise<void> {
  const refusal = await firstRefusal(records);
  if (refusal) throw refusal;
}
