/** A record's key and the work it makes, in milliseconds. */
export interface Work {
  key: string;
  ms: number;
}

/**
 * Work of 0 to 5 ms for records under `keys` keys, the same at every call: chance is drawn from a fixed seed
 * (mulberry32).
 */
export function aWorkload(messages: number, keys: number): Work[] {
  let state = 20_261_123;
  const chance = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: messages }, () => ({ key: `key-${Math.floor(chance() * keys)}`, ms: chance() * 5 }));
}

/**
 * How long so many slots need at best when the records of one key go one after another: at any time a free slot takes
 * the record that has been ready longest.
 */
export function idealMs(works: readonly Work[], slots: number): number {
  const waiting = new Map<string, Work[]>();
  const ready: Work[] = [];
  for (const work of works) {
    const queue = waiting.get(work.key);
    if (queue) queue.push(work);
    else {
      waiting.set(work.key, []);
      ready.push(work);
    }
  }
  const busy: { until: number; work: Work }[] = [];
  let now = 0;
  for (let next = 0; next < ready.length || busy.length > 0;) {
    while (busy.length < slots && next < ready.length) {
      const work = ready[next++]!;
      busy.push({ until: now + work.ms, work });
    }
    const first = busy.reduce((earliest, one) => (one.until < earliest.until ? one : earliest));
    busy.splice(busy.indexOf(first), 1);
    now = first.until;
    const follower = waiting.get(first.work.key)!.shift();
    if (follower) ready.push(follower);
  }
  return now;
}
