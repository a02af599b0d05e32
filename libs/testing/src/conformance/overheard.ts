/**
 * Collects all output of a suite: results, errors, log lines, spans. None of it may contain a secret or personal data.
 */
export class Overheard {
  private readonly said: string[] = [];

  /** Collects the result or error of a piece of work, and passes it on. */
  async note<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      this.add(result);
      return result;
    } catch (error) {
      this.add(textOf(error));
      throw error;
    }
  }

  add(what: unknown): void {
    this.said.push(typeof what === 'string' ? what : JSON.stringify(what));
  }

  /** Which of the words occur, in any case, and in any encoding that an address in a URL has. */
  leaked(words: readonly string[]): string[] {
    const all = this.said.join('\n').toLowerCase();
    return words.filter((word) =>
      [word, encodeURIComponent(word), word.replaceAll('+', '')].some((form) => all.includes(form.toLowerCase())),
    );
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack, cause, ...fields } = error;
  return (
    `${error.name} ${error.message} ${stack ?? ''} ${JSON.stringify(fields)} ` +
    `${cause === undefined ? '' : textOf(cause)}`
  );
}
