import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;
const REMEMBERED_MS = 3_600_000;
const MOST_REMEMBERED = 10_000;

export interface RateSettings {
  /** Requests of one caller in a minute. */
  requests: number;
  /** Failed attempts of one address in a minute. */
  failures: number;
}

/** How often may be asked, in this replica. Times are in milliseconds; 0: now. */
export class RequestRates {
  private readonly requests: RateLimiterMemory;
  private readonly failures: RateLimiterMemory;
  private readonly failuresAllowed: number;
  /** Digests of tokens that were accepted, each with the time until which that counts. */
  private readonly accepted = new Map<string, number>();

  constructor({ requests, failures }: RateSettings) {
    this.requests = new RateLimiterMemory({ points: requests, duration: WINDOW_SECONDS });
    this.failures = new RateLimiterMemory({ points: failures, duration: WINDOW_SECONDS });
    this.failuresAllowed = failures;
  }

  /** Counts a request. @returns how long the caller must wait instead */
  async take(who: string): Promise<number> {
    try {
      await this.requests.consume(who);
      return 0;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext);
      throw refused;
    }
  }

  /** Counts an attempt that failed. */
  async failed(address: string): Promise<void> {
    await this.failures.penalty(address);
  }

  /**
   * How long attempts from an address are not even looked at. Tokens that were accepted in the last hour still are:
   * a misconfigured program must not lock out the others behind its address.
   */
  async blockedFor(address: string, token: string, now: number): Promise<number> {
    const failures = await this.failures.get(address);
    if (!failures || failures.consumedPoints < this.failuresAllowed) return 0;
    return (this.accepted.get(digest(token)) ?? 0) > now ? 0 : Math.max(1, failures.msBeforeNext);
  }

  /** Remembers that a token was accepted. */
  remember(token: string, now: number): void {
    const key = digest(token);
    this.accepted.delete(key);
    this.accepted.set(key, now + REMEMBERED_MS);
    const [oldest] = this.accepted.keys();
    if (this.accepted.size > MOST_REMEMBERED && oldest !== undefined) this.accepted.delete(oldest);
  }
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');
