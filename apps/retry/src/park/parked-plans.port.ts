import type { KnownHold, KnownPauses } from './key.policy.ts';
import type { Ramp } from './ramp.policy.ts';

/** What a round knows of one key. */
export interface WaitedKey {
  key: string;
  ramp: Ramp;
  /** Of all providers, by the keys of their holds. */
  holds: ReadonlyMap<string, KnownHold>;
  /** What operators have paused. */
  pauses: KnownPauses;
  /** The clock of the plans, in milliseconds since 1970. */
  now: number;
}

export interface Round {
  ramp: Ramp;
  /** How many messages may go now. */
  portion: number;
}

export interface Moved {
  key: string;
  messages: number;
  /** Messages a second. */
  rate: number;
}

/** Where plans wait for a condition. */
export abstract class ParkedPlans {
  /**
   * Makes due what each key may give, those that have rested longest first and each lane by its share. Of several
   * replicas one moves a key at a time.
   * @param next pure: what a key gives now; asked again once its row is locked
   * @throws InfrastructureDown when Postgres cannot be reached; what was moved and how fast is then forgotten together.
   */
  abstract bringForward(next: (key: WaitedKey) => Round): Promise<Moved[]>;

  /**
   * Makes a portion of what has been parked for as long as it may be due, whatever it waits for.
   * @returns whether there may be more
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract bringLongest(): Promise<{ more: boolean }>;
}
