import type { Identity } from '#libs/contracts';
import type { RequestedCancellation } from './answer.policy.ts';

/** What upstream wants sent no more, as this channel knows it. */
export abstract class Cancellations {
  /**
   * From here on no claim of this message goes to a provider. Asked again, it is answered again.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract keep(of: Identity): Promise<void>;

  /**
   * Those whose time for a look has come, each with what the ledger knows. They come again after a minute, unless they
   * are closed or put off before.
   * @throws InfrastructureDown when Postgres cannot be reached.
   */
  abstract due(): Promise<RequestedCancellation[]>;

  /** Nothing more is told of it, unless it was asked for again meanwhile. @throws InfrastructureDown */
  abstract close(asked: RequestedCancellation): Promise<void>;

  /** To be looked at again after so many milliseconds. @throws InfrastructureDown */
  abstract putOff(asked: RequestedCancellation, ms: number): Promise<void>;

  /**
   * What came of it is told by another. @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract answered(of: Identity): Promise<void>;

  /** Forgets those that were asked for longer ago than the ledger remembers. @throws InfrastructureDown */
  abstract forget(): Promise<void>;
}
