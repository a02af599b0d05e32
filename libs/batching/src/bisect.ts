/**
 * Works on all entries at once, and where that fails for what may be the fault of single ones, on ever smaller parts of
 * them: each answer, or the error of the entry that has failed alone, in the order of the entries.
 * @param isOneEntrys whether an error may be the fault of single entries
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

/** Stands for the answer of an entry that was refused alone. */
export class Refused {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
