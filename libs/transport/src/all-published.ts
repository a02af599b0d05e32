import { InfrastructureDown, RecordRefused } from '#libs/contracts';

/**
 * Once each has gone or cannot: the first that was refused. So a record that can never go neither holds up the others
 * nor hides that one of them was lost with the broker. @throws InfrastructureDown, and whatever else is no refusal
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

/** As `firstRefusal`, but thrown. @throws InfrastructureDown; RecordRefused once all that can go has gone */
export async function allPublished(records: readonly Promise<unknown>[]): Promise<void> {
  const refusal = await firstRefusal(records);
  if (refusal) throw refusal;
}
