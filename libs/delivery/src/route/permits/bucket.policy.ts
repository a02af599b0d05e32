/** How fast tokens come. */
export interface Rate {
  /** Tokens a second; Infinity: unlimited. */
  perS: number;
  /** Most tokens that can be saved up. */
  burst: number;
}

/** A token bucket. Times are in ms. */
export interface Bucket {
  tokens: number;
  /** When `tokens` were counted. */
  at: number;
  /** Nothing goes before this, whatever the tokens say. */
  heldUntil: number;
}

// Sums of fractions fall short of the whole by some bits: a token that is there but for those is there.
const NEARLY = 1e-6;

/**
 * The rate of one replica: its share of the configured one.
 * @param perS tokens a second for all replicas; undefined: unlimited
 * @param burstMs how long unused tokens are saved up, in milliseconds; at least one token is
 * @param share from 0 to 1
 */
export function rateOf(perS: number | undefined, burstMs: number, share: number): Rate {
  if (perS === undefined) return { perS: Infinity, burst: Infinity };
  const own = perS * share;
  return { perS: own, burst: own > 0 ? Math.max(1, (own * burstMs) / 1000) : 0 };
}

export const fullBucket = ({ burst }: Rate, now: number): Bucket => ({ tokens: burst, at: now, heldUntil: 0 });

/** When the bucket has `count` tokens to give: `now` where it has them, Infinity where it never will. */
export function availableAt(bucket: Bucket, rate: Rate, now: number, count = 1): number {
  const free = Math.max(now, bucket.heldUntil);
  if (rate.perS === Infinity) return free;
  const missing = count - tokensAt(bucket, rate, now);
  if (missing <= NEARLY) return free;
  return rate.perS > 0 ? Math.max(free, Math.max(bucket.at, now) + (missing * 1000) / rate.perS) : Infinity;
}

/** The bucket with one token less. Ask `availableAt` first. */
export function taken(bucket: Bucket, rate: Rate, now: number): Bucket {
  if (rate.perS === Infinity) return bucket;
  const current = refilled(bucket, rate, now);
  return { ...current, tokens: Math.max(0, current.tokens - 1) };
}

/** The bucket with a token that was taken and not used. */
export function givenBack(bucket: Bucket, rate: Rate, now: number): Bucket {
  if (rate.perS === Infinity) return bucket;
  const current = refilled(bucket, rate, now);
  return { ...current, tokens: Math.min(rate.burst, current.tokens + 1) };
}

/** The bucket under another rate: what came so far came at the old one, and a smaller bucket holds less. */
export function reRated(bucket: Bucket, from: Rate, to: Rate, now: number): Bucket {
  const current = refilled(bucket, from, now);
  return { ...current, tokens: Math.min(current.tokens, to.burst) };
}

/** Nothing goes before `until`; an earlier, longer hold stays. */
export const held = (bucket: Bucket, until: number): Bucket => ({
  ...bucket,
  heldUntil: Math.max(bucket.heldUntil, until),
});

/** A bucket that is as good as a new one need not be remembered. */
export const isFull = (bucket: Bucket, rate: Rate, now: number): boolean =>
  bucket.heldUntil <= now && (rate.perS === Infinity || tokensAt(bucket, rate, now) >= rate.burst);

function refilled(bucket: Bucket, rate: Rate, now: number): Bucket {
  return { ...bucket, tokens: tokensAt(bucket, rate, now), at: Math.max(bucket.at, now) };
}

function tokensAt({ tokens, at }: Bucket, { perS, burst }: Rate, now: number): number {
  // Infinity times nothing is not a number.
  return perS === Infinity ? burst : Math.min(burst, tokens + (Math.max(0, now - at) * perS) / 1000);
}
