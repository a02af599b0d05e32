/** A call of a webhook, before anything is believed of it. */
export interface WebhookRequest {
  /** Path and query, as they were called. */
  path: string;
  rawBody: Buffer;
  /** A header by its name in lower case; undefined where it is missing. */
  readonly header: (name: string) => string | undefined;
}

/**
 * Verifies, maps, publishes. What it returns is the body of the answer.
 * @throws HttpException where the call is not genuine; InfrastructureDown where Kafka cannot be reached: the provider
 *   repeats it then
 */
export type WebhookHandler = (request: WebhookRequest) => Promise<string | undefined>;

/** One address that a provider calls. `Context`: what its handler is made of. */
export interface WebhookRoute<Context> {
  /** Below `/webhooks/`. */
  readonly path: string;
  /** Of the answer to what is genuine. */
  readonly status: 200 | 204;
  /** Of that answer's body; unset: it has none. */
  readonly contentType?: string;
  handler(context: Context): Promise<WebhookHandler>;
}
