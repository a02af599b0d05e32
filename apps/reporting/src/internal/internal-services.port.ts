import type { InternalService } from './internal.config.ts';

export interface InternalQuestion {
  method: 'GET' | 'POST';
  /** Below `/v1/`. */
  path: string;
  body?: unknown;
}

/** What the services behind reporting know or do at this moment. */
export abstract class InternalServices {
  /**
   * Asks one service, within INTERNAL_TIMEOUT_MS.
   * @throws HttpException: what the service refuses, in its own words; 503 that names it where it does not answer
   */
  abstract ask<T>(service: InternalService, question: InternalQuestion): Promise<T>;
}
