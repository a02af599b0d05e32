import type { DeadLetter, Identity } from '#libs/contracts';

/** A letter that an operator has dealt with, and of which that was not reported yet. */
export interface SettledLetter {
  id: string;
  hop: number;
  state: 'redriven' | 'discarded';
  operationId: string;
  /** redriven: the hop that the redrive took. */
  redrivenHop: number | null;
  /** ISO 8601. */
  at: string;
  letter: DeadLetter;
  trace: Record<string, string>;
}

/** The dead letters, as rows. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class Letters {
  /** Keeps a letter that no decision has kept; one that is known stays as it is. */
  abstract add(letter: DeadLetter, trace: Record<string, string>): Promise<void>;

  /** What was redriven or discarded and is not reported yet, the oldest first. */
  abstract unreported(most: number): Promise<SettledLetter[]>;

  /** Their facts are published: their content is not needed any more. */
  abstract markReported(letters: readonly SettledLetter[]): Promise<void>;

  /** After a restore: an operation has discarded the letter of this hop, as its fact says. */
  abstract discardedBefore(of: Identity, hop: number, operationId: string): Promise<void>;
}
