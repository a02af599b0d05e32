import type { Finding } from './finding.ts';

/** One thing that was changed at a provider, or that could not be. */
export interface Repair {
  what: string;
  done: boolean;
  /** A secret or key that came with it: for a file, never for a terminal. */
  kept?: { setting: string; value: string };
}

/** Looks at one provider's account, and fixes of it what is ours. Sends no message. */
export abstract class ProviderDoctor {
  abstract examine(): Promise<Finding[]>;

  /** Registers our webhooks. Touches nothing that another system could be using. */
  abstract fix(): Promise<Repair[]>;

  abstract close(): Promise<void>;
}
