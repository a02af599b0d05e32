/** How a check ended. `skipped`: it could not be looked at, which is said. */
export type FindingState = 'ok' | 'warn' | 'fail' | 'skipped';

/** What the docs say of one check. */
export interface CheckEntry {
  /** What is looked at. */
  title: string;
  /** What it means when it is not well. */
  meaning: string;
  /** What to do then. */
  remedy: string;
}

/** Checks by their id, such as `sendgrid.key`. */
export type CheckTable = Readonly<Record<string, CheckEntry>>;

/** What one check saw. Holds no secret, and no address but the domain of the configured sender. */
export interface Finding {
  id: string;
  state: FindingState;
  seen: string;
  remedy?: string;
}

/** Findings about the checks of one table, with its advice unless there is better. */
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
