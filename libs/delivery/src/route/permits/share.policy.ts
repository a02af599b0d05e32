/**
 * A replica's part of the rates: of all partitions that lead to sends, those that are its own.
 * @param assigned partitions by full topic name, as the group gave them
 * @param partitions how many each topic has; topics that are not named here do not count
 */
export function shareOf(
  assigned: Readonly<Record<string, readonly number[]>>,
  partitions: ReadonlyMap<string, number>,
): number {
  const all = [...partitions.values()].reduce((sum, count) => sum + count, 0);
  const own = [...partitions.keys()].reduce((sum, topic) => sum + (assigned[topic]?.length ?? 0), 0);
  return all === 0 ? 1 : Math.min(1, own / all);
}
