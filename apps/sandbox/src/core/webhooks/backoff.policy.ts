export interface Backoff {
  firstMs: number;
  capMs: number;
}

/** The wait after the given attempt (1 is the first), in milliseconds: doubles up to a maximum. */
export function waitAfter(attempt: number, backoff: Backoff): number {
  return Math.min(backoff.firstMs * 2 ** (attempt - 1), backoff.capMs);
}
