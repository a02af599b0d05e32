import type { DeadLetter, SendDue } from '#libs/contracts';

// The only place where content and addresses are made ready for storage and read back: as JSON, not encrypted.

/** A hand-over as it is stored. */
export const writePayload = (due: SendDue): string => JSON.stringify(due);

/** A stored hand-over; it was valid when it was stored. */
export const readPayload = (stored: string): SendDue => JSON.parse(stored) as SendDue;

/** A dead letter as it is stored. */
export const writeLetter = (letter: DeadLetter): string => JSON.stringify(letter);

/** A stored dead letter; it was valid when it was stored. */
export const readLetter = (stored: string): DeadLetter => JSON.parse(stored) as DeadLetter;
