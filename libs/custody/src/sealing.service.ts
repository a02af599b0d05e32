import type { Custody, CustodyKey, KeyPurpose } from './custody.port.ts';
import { contextBytes, envelopeOf, readEnvelope, type SealContext } from './envelope.ts';
import { type Epoch, epochAt, weeksBefore } from './epoch.ts';

export interface SealingOptions {
  custody: Custody;
  purpose: KeyPurpose;
  /** How many weeks a key is kept, the current one included. */
  epochsKept: number;
  now?: () => number;
}

/**
 * What came of opening. gone: the key was destroyed, as keys of that age are; missing: there is no key, though it
 * should be there; wrong: it was changed, or is for something else.
 */
export type Opened = { text: string } | { closed: 'gone' | 'missing' | 'wrong' };

/** Seals short texts under the key of the current week. A process asks custody once for each key. */
export class Sealing {
  private readonly options: SealingOptions;
  private readonly keys = new Map<Epoch, Promise<CustodyKey | undefined>>();

  constructor(options: SealingOptions) {
    this.options = options;
  }

  /**
   * @param context by what it opens again, and by nothing else
   * @throws CustodyUnavailable
   */
  async seal(text: string, context: SealContext): Promise<string> {
    const { custody, purpose } = this.options;
    const epoch = this.current();
    const key = (await this.keyOf(epoch, () => custody.makeKey(purpose, epoch)))!;
    return envelopeOf(epoch, await key.wrap(Buffer.from(text), contextBytes(purpose, epoch, context)));
  }

  /** @throws CustodyUnavailable: it may open later */
  async open(sealed: string, context: SealContext): Promise<Opened> {
    const { custody, purpose } = this.options;
    const envelope = readEnvelope(sealed);
    if (!envelope) return { closed: 'wrong' };
    const { epoch, wrapped } = envelope;
    if (this.isPast(epoch)) {
      this.keys.delete(epoch);
      return { closed: 'gone' };
    }
    const key = await this.keyOf(epoch, () => custody.key(purpose, epoch));
    if (!key) return { closed: 'missing' };
    const plain = await key.unwrap(wrapped, contextBytes(purpose, epoch, context));
    return plain ? { text: plain.toString('utf8') } : { closed: 'wrong' };
  }

  /** Destroys the keys that are older than they are kept. @returns their epochs. @throws CustodyUnavailable */
  async destroyOld(): Promise<Epoch[]> {
    const { custody, purpose } = this.options;
    const old = (await custody.epochs(purpose)).filter((epoch) => this.isPast(epoch));
    for (const epoch of old) {
      this.keys.delete(epoch);
      await custody.destroy(purpose, epoch);
    }
    return old;
  }

  private current(): Epoch {
    const { now = Date.now } = this.options;
    return epochAt(now());
  }

  private isPast(epoch: Epoch): boolean {
    return weeksBefore(epoch, this.current()) >= this.options.epochsKept;
  }

  /** A key that is not there is asked for again: another process may have made it since. */
  private async keyOf(epoch: Epoch, ask: () => Promise<CustodyKey | undefined>): Promise<CustodyKey | undefined> {
    const known = this.keys.get(epoch) ?? ask();
    this.keys.set(epoch, known);
    try {
      const key = await known;
      if (!key) this.keys.delete(epoch);
      return key;
    } catch (error) {
      this.keys.delete(epoch);
      throw error;
    }
  }
}
