/**
 * Processes all entries at once. If that fails with an error that may be the fault of single entries, the batch is
 * halved until only those fail.
 * @param isOneEntrys whether an error may be the fault of single entries
 * @returns for each entry its result or its own error, in the order of the entries
 * @throws any other error
 */
export async function bisect<I, O>(
  entries: readonly I[],
  work: (entries: readonly I[]) => Promise<readonly O[]>,
  isOneEntrys: (error: unknown) => boolean,
): Promise<(O | Refused)[]> {
  try {
    return [...(await work(entries))];
  } catch (error) {
    if (!isOneEntrys(error)) throw error;
    if (entries.length === 1) return [new Refused(error)];
    const middle = Math.ceil(entries.length / 2);
    // One half after the other: entries keep their order.
    const first = await bisect(entries.slice(0, middle), work, isOneEntrys);
    return [...first, ...(await bisect(entries.slice(middle), work, isOneEntrys))];
  }
}

/** The result of an entry that failed alone. */
export class Refused {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
