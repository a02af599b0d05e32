/** What a provider's API answers to one request. */
export interface Answer {
  status: number;
  /** Sent as JSON; without one the body is empty. */
  body?: unknown;
  headers?: Record<string, string>;
}
