import type { Report } from './child.ts';

/** Tells the bench something, from one of its processes. */
export const tell = (report: Report): void => void process.send?.(report);

/** Milliseconds since 1970, with fractions: the same clock in every process of this machine. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Whatever goes wrong in a peer is the bench's to report. */
export function tellFailure(error: unknown): void {
  tell({ kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
