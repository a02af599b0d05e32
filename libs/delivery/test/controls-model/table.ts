import { type ControlChanged, controlKey } from '#libs/contracts';
import type { Row, Rules } from './rules.ts';

/** A service's table of controls, in virtual time. */
export class ControlsInMemory {
  readonly rows = new Map<string, Row>();

  constructor(private readonly rules: Pick<Rules, 'takes' | 'leaseFrom' | 'waitBeforeDone' | 'isOn'>) {}

  /** @param stallMs how long its commit takes */
  apply(control: ControlChanged, now: number, stallMs: number): void {
    const key = controlKey(control);
    const known = this.rows.get(key);
    if (known && !this.rules.takes(known.control.seq, control.seq)) return;
    this.rows.set(key, { control, writtenAt: now, visibleAt: now + stallMs, seenAt: undefined, isDone: false });
  }

  /** What a statement reads that begins now. A pause that is being replaced is still read. */
  inForce(now: number): ControlChanged[] {
    return [...this.rows.values()]
      .filter(({ visibleAt }) => visibleAt <= now)
      .map(({ control }) => control)
      .filter((control) => control.kind !== 'lift' && this.rules.isOn(control) && lasts(control.until, now));
  }

  /** When each pause that is in force began. */
  pauses(now: number): Map<string, number> {
    return new Map(
      this.inForce(now).flatMap((control) => (control.kind === 'pause' ? [[controlKey(control), 0]] : [])),
    );
  }

  /** A round of the reports. @returns the operations that are done now */
  round(now: number, leaseMs: number): string[] {
    const done: string[] = [];
    for (const row of this.rows.values()) {
      if (row.visibleAt > now) continue;
      row.seenAt ??= now;
      const from = this.rules.leaseFrom === 'seen' ? row.seenAt : row.writtenAt;
      if (row.isDone || now - from < this.rules.waitBeforeDone(row.control, leaseMs)) continue;
      row.isDone = true;
      done.push(row.control.operationId);
    }
    return done;
  }
}

const lasts = (until: string | undefined, now: number) => until === undefined || Date.parse(until) > now;
