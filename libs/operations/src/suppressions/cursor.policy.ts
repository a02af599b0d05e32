import { isPlainInstant } from '#libs/contracts';

/** Where a page of suppressions ended. */
export interface Position {
  at: string;
  recipient: string;
  scopeKey: string;
}

export const encodeCursor = ({ at, recipient, scopeKey }: Position): string =>
  Buffer.from(`${at} ${recipient} ${scopeKey}`).toString('base64url');

/** Undefined for what is not a cursor of ours. */
export function decodeCursor(cursor: string): Position | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f]{32}) ([^\0]+)$/.exec(
    Buffer.from(cursor, 'base64url').toString('utf8'),
  );
  return parts && isPlainInstant(parts[1]!) ? { at: parts[1]!, recipient: parts[2]!, scopeKey: parts[3]! } : undefined;
}
