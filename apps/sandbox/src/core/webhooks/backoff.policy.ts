export interface Backoff {
  firstMs: number;
  capMs: number;
}

/** How long to wait after the given try (1 is the first), in milliseconds: doubling up to a cap. */
export function waitAfter(attempt: number, backoff: Backoff): number {
  return Math.min(backoff.firstMs * 2 ** (attempt - 1), backoff.capMs);
}
