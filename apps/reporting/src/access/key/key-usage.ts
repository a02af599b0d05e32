import type { Jobs } from '#libs/runtime';
import type { ApiKeys } from './keys.port.ts';

const EVERY_MS = 60_000;

/** When keys were last used: gathered here and written once a minute, so that a call costs no write. */
export class KeyUsage {
  private uses = new Map<string, Date>();

  constructor(private readonly keys: Pick<ApiKeys, 'noteUse'>) {}

  /** Writes as a job of the service, and once more when it stops. */
  runIn(jobs: Pick<Jobs, 'add'>): void {
    const write = () => this.write();
    jobs.add({ name: 'note the use of keys', everyMs: EVERY_MS, round: write, close: write });
  }

  used(id: string, at: Date): void {
    this.uses.set(id, at);
  }

  async write(): Promise<void> {
    const uses = this.uses;
    if (uses.size === 0) return;
    this.uses = new Map();
    try {
      await this.keys.noteUse(uses);
    } catch (error) {
      // Kept for the next round; what came meanwhile is newer.
      this.uses = new Map([...uses, ...this.uses]);
      throw error;
    }
  }
}
