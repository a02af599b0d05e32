/** An expected failure of a command: one sentence, and what a person can do about it. */
export class CliError extends Error {
  readonly remedies: readonly string[];

  constructor(what: string, remedies: readonly string[] = [], options?: ErrorOptions) {
    super(what, options);
    this.name = 'CliError';
    this.remedies = remedies;
  }
}

/** Wrong use of a command: an unknown word, a missing or invalid value. */
export class UsageError extends Error {
  readonly remedies: readonly string[];

  constructor(what: string, remedies: readonly string[] = []) {
    super(what);
    this.name = 'UsageError';
    this.remedies = remedies;
  }
}

/** The start was stopped by a signal or a call, not by an error. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted before everything was ready');
    this.name = 'Interrupted';
  }
}

/** An error as a terminal shows it: plain words for an expected one, the stack for any other. */
export function explain(error: unknown): string {
  if (error instanceof CliError || error instanceof UsageError) return error.message + listed(error.remedies);
  if (error instanceof Interrupted) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function listed(remedies: readonly string[]): string {
  if (remedies.length < 2) return remedies.map((remedy) => `\n  Remedy: ${remedy}`).join('');
  return `\n  Remedies:${remedies.map((remedy) => `\n    - ${remedy}`).join('')}`;
}

/** The text of an error, without its stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to several addresses is an AggregateError without a message of its own.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  return error.message || (inner ? reasonOf(inner) : error.name);
}
