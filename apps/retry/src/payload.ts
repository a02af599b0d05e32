import type { SendDue } from '#libs/contracts';

// The only place where content and addresses are made ready for storage and read back.

/** A hand-over as it is stored. */
export const sealPayload = (due: SendDue): string => JSON.stringify(due);

/** A stored hand-over; it was valid when it was stored. */
export const openPayload = (stored: string): SendDue => JSON.parse(stored) as SendDue;
