/** A call of a webhook, before it is verified. */
export interface WebhookRequest {
  /** Path and query, as they were called. */
  path: string;
  rawBody: Buffer;
  /** A header by its name in lower case; undefined where it is missing. */
  readonly header: (name: string) => string | undefined;
}

/**
 * Verifies, maps and publishes. Returns the body of the response.
 * @throws HttpException where the call is not genuine; InfrastructureDown where Kafka cannot be reached, so that the
 * provider repeats the call
 */
export type WebhookHandler = (request: WebhookRequest) => Promise<string | undefined>;

/** One URL that a provider calls. `Context`: what its handler is made of. */
export interface WebhookRoute<Context> {
  /** Below `/webhooks/`. */
  readonly path: string;
  /** The status code of the response to a genuine call. */
  readonly status: 200 | 204;
  /** The media type of that response; unset: it has no body. */
  readonly contentType?: string;
  handler(context: Context): Promise<WebhookHandler>;
}
