import type { Custody } from './custody.port.ts';
import { CustodyUnavailable } from './errors.ts';

const EVERY_MS = 30_000;

/** Looks from time to time whether custody is sound, for the readiness. */
export class CustodyWatch {
  private readonly custody: Pick<Custody, 'examine'>;
  private trouble: { meaning: string; remedy: string } | undefined;

  constructor(custody: Pick<Custody, 'examine'>) {
    this.custody = custody;
  }

  job() {
    return { name: 'custody', everyMs: EVERY_MS, round: () => this.look() };
  }

  /** Undefined: it is sound. */
  concern(): { meaning: string; remedy: string } | undefined {
    return this.trouble;
  }

  async look(): Promise<void> {
    try {
      await this.custody.examine();
      this.trouble = undefined;
    } catch (error) {
      if (!(error instanceof CustodyUnavailable)) throw error;
      const { message, remedy } = error;
      this.trouble = { meaning: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, remedy };
    }
  }
}
