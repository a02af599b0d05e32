import type { InternalService } from './internal.config.ts';

export interface InternalQuestion {
  method: 'GET' | 'POST';
  /** Below `/v1/`. */
  path: string;
  body?: unknown;
}

/** What one replica answers. */
export interface ReplicaAnswer<T> {
  /** Where it was asked. */
  address: string;
  /** Null: it does not answer. */
  answer: T | null;
}

/** What the services behind reporting know or do at this moment. */
export abstract class InternalServices {
  /**
   * Asks the first replica of a service that can be reached, within INTERNAL_TIMEOUT_MS.
   * @throws HttpException: what the service refuses, in its own words; 503 that names it where it does not answer
   */
  abstract ask<T>(service: InternalService, question: InternalQuestion): Promise<T>;

  /** Asks every replica of a service that the settings name: what each knows of itself alone. */
  abstract askEach<T>(service: InternalService, question: InternalQuestion): Promise<ReplicaAnswer<T>[]>;
}
