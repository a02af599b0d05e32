/** The result of a check. `skipped`: it could not be made, and the finding says why. */
export type FindingState = 'ok' | 'warn' | 'fail' | 'skipped';

/** The documentation of one check. */
export interface CheckEntry {
  /** What is checked. */
  title: string;
  /** What it means if the check fails. */
  meaning: string;
  /** The remedy. */
  remedy: string;
}

/** Checks by their id, such as `sendgrid.key`. */
export type CheckTable = Readonly<Record<string, CheckEntry>>;

/** The finding of one check. Contains no secret, and no address except the domain of the configured sender. */
export interface Finding {
  id: string;
  state: FindingState;
  seen: string;
  remedy?: string;
}

/** Findings about the checks of one table, with the table's remedy unless another one is given. */
export function findingsOf<T extends CheckTable>(table: T) {
  type Id = keyof T & string;
  const bad =
    (state: 'warn' | 'fail') =>
    (id: Id, seen: string, remedy = table[id]!.remedy): Finding => ({ id, state, seen, remedy });
  return {
    ok: (id: Id, seen: string): Finding => ({ id, state: 'ok', seen }),
    skipped: (id: Id, seen: string): Finding => ({ id, state: 'skipped', seen }),
    warn: bad('warn'),
    fail: bad('fail'),
  };
}
