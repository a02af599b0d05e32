import type { Finding } from './finding.ts';

/** One thing that was changed at a provider, or could not be changed. */
export interface Repair {
  what: string;
  done: boolean;
  /** A secret or key that the provider returned: for a file, never for a terminal. */
  kept?: { setting: string; value: string };
}

/** Checks one provider's account, and repairs what is ours. Sends no message. */
export abstract class ProviderDoctor {
  abstract examine(): Promise<Finding[]>;

  /** Registers our webhooks. Changes nothing that another system could be using. */
  abstract fix(): Promise<Repair[]>;

  abstract close(): Promise<void>;
}
