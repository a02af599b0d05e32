/** Chance that a seed repeats: the same seed and stream give the same draws, whatever other streams draw. */
export interface Chance {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least `from`, below `to`. */
  between(from: number, to: number): number;
  happens(rate: number): boolean;
  pick<T>(of: readonly T[]): T;
  shuffled<T>(of: readonly T[]): T[];
}

/** @param stream what the draws are for, such as `messages` */
export function chanceOf(seed: number, stream: string): Chance {
  const next = mulberry32(mixed(seed, stream));
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from));
  return {
    next,
    between,
    happens: (rate) => next() < rate,
    pick: <T>(of: readonly T[]): T => of[between(0, of.length)]!,
    shuffled: <T>(of: readonly T[]): T[] => {
      const rest = [...of];
      return Array.from(of, () => rest.splice(between(0, rest.length), 1)[0]!);
    },
  };
}

/** FNV-1a over the stream's name, begun with the seed. */
function mixed(seed: number, stream: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (const character of stream) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}

/** Tommy Ettinger's mulberry32: 32 bits of state, good enough to choose victims. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixing = Math.imul(state ^ (state >>> 15), state | 1);
    mixing = (mixing + Math.imul(mixing ^ (mixing >>> 7), mixing | 61)) ^ mixing;
    return ((mixing ^ (mixing >>> 14)) >>> 0) / 2 ** 32;
  };
}
