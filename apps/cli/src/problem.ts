/** Something a person must fix before the system can start: what it is, and the remedies. */
export class StartProblem extends Error {
  readonly remedies: readonly string[];

  constructor(what: string, remedies: readonly string[] = [], options?: ErrorOptions) {
    super(what, options);
    this.name = 'StartProblem';
    this.remedies = remedies;
  }
}

/** The start was stopped by a signal or a call, not by a fault. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted before everything was ready');
    this.name = 'Interrupted';
  }
}

/** An error as a terminal shows it: plain words for what we know, a stack for what we do not. */
export function explain(error: unknown): string {
  if (error instanceof StartProblem) {
    const ways = error.remedies.map((way) => `\n    - ${way}`).join('');
    return error.message + (ways && `\n  Remedies:${ways}`);
  }
  if (error instanceof Interrupted) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The words of an error, without its stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to several addresses is an AggregateError without a message of its own.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  return error.message || (inner ? reasonOf(inner) : error.name);
}
