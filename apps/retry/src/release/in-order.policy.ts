import type { SendDue } from '#libs/contracts';

/**
 * Messages by what must keep its order: those of one channel, lane and key. Those without a key stand alone. Each
 * group, and what is in it, in the given order.
 */
export function inGroups<P extends { due: Pick<SendDue, 'channel' | 'lane' | 'key' | 'messageId'> }>(
  plans: readonly P[],
): P[][] {
  const groups = new Map<string, P[]>();
  for (const plan of plans) {
    const { channel, lane, key, messageId } = plan.due;
    const name = JSON.stringify(key === null ? [messageId] : [channel, lane, key]);
    const group = groups.get(name);
    if (group) group.push(plan);
    else groups.set(name, [plan]);
  }
  return [...groups.values()];
}
