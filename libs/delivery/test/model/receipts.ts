import { factId, topics } from '#libs/contracts';
import type { Accepted } from './sim-provider.ts';
import type { World } from './world.ts';

/** What the provider has not told of yet, and will. */
export const openReceipts = ({ accepted }: World): Accepted[] => accepted.filter(({ receipt, told }) => receipt !== 'nothing' && !told);

/** The provider's webhook for one of the messages it took; tried again later while Kafka is away. */
export function tellReceipt(world: World, pick: number): void {
  const open = openReceipts(world);
  const call = open[pick % (open.length || 1)];
  if (!call || world.scheduler.down.has('kafka')) return;
  call.told = true;
  const { messageId, hop, callId, receipt } = call;
  const identity = { messageId, tenant: 'default', channel: 'email' as const };
  const eventId = factId({ ...identity, hop, source: 'receipt', status: `${receipt}:${callId}` });
  const at = new Date(world.clock.now).toISOString();
  world.append({ topic: topics.statusChanged, key: messageId, value: { ...identity, eventId, hop, status: receipt, final: true, source: 'receipt', at, callId, providerMessageId: `p-${callId}` } });
  world.scheduler.say(undefined, `the provider tells that ${messageId}/${hop} is ${receipt}`);
}
