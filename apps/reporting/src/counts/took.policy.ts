const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const from1To45 = [1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 45];

/**
 * Upper bounds of the buckets, in seconds; one more takes what is above. Rows keep a bucket by its index: a bound is
 * only ever appended, else what is kept must be rebuilt.
 */
export const tookBounds: readonly number[] = [
  0.1,
  0.2,
  0.3,
  0.5,
  0.7,
  ...from1To45,
  ...from1To45.map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 8, 16].map((hours) => hours * HOUR),
  ...[1, 2, 3, 7].map((days) => days * DAY),
];

/** @param seconds less than none, since clocks differ, counts as none */
export function bucketOf(seconds: number): number {
  const index = tookBounds.findIndex((bound) => seconds <= bound);
  return index < 0 ? tookBounds.length : index;
}

export interface Bucket {
  took: number;
  messages: number;
}

/**
 * The time within which a share of the messages was delivered, in seconds: the upper bound of its bucket. Histograms
 * are merged by adding their buckets.
 * @param share from 0 to 1
 * @returns undefined where there is none; infinite: above the last bound
 */
export function quantileOf(buckets: readonly Bucket[], share: number): number | undefined {
  const sorted = buckets.filter(({ messages }) => messages > 0).toSorted((a, b) => a.took - b.took);
  const total = sorted.reduce((sum, { messages }) => sum + messages, 0);
  let seen = 0;
  for (const { took, messages } of sorted) {
    seen += messages;
    if (seen >= total * share) return tookBounds[took] ?? Number.POSITIVE_INFINITY;
  }
  return undefined;
}
