/** The response of a provider's API to one request. */
export interface Answer {
  status: number;
  /** Sent as JSON; if unset, the body is empty. */
  body?: unknown;
  headers?: Record<string, string>;
}
