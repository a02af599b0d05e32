import { factId, topics } from '#libs/contracts';
import type { Accepted, Copy } from './sim-provider.ts';
import type { World } from './world.ts';

/** The events that the provider has not reported yet. */
export const openReceipts = ({ accepted }: World): { call: Accepted; copy: Copy }[] =>
  accepted.flatMap((call) =>
    call.copies.filter(({ receipt, reported }) => receipt !== 'nothing' && !reported).map((copy) => ({ call, copy })),
  );

/** The provider's webhook for one copy of an accepted message; repeated later while Kafka is away. */
export function tellReceipt(world: World, pick: number): void {
  const open = openReceipts(world);
  const chosen = open[pick % (open.length || 1)];
  if (!chosen || world.scheduler.down.has('kafka')) return;
  const {
    call: { messageId, hop, callId, count },
    copy,
  } = chosen;
  const { recipient, receipt } = copy;
  copy.reported = true;
  const identity = { messageId, tenant: 'default', channel: 'email' as const };
  const eventId = factId({ ...identity, hop, source: 'receipt', status: `${receipt}:${callId}:${recipient.hash}` });
  const at = new Date(world.clock.now).toISOString();
  world.append({
    topic: topics.statusChanged,
    key: messageId,
    value: {
      ...identity,
      eventId,
      hop,
      status: receipt,
      final: true,
      source: 'receipt',
      at,
      callId,
      providerMessageId: `p-${callId}`,
      ...(count > 1 && { recipient, recipientCount: count }),
    },
  });
  world.scheduler.say(undefined, `the provider tells that ${messageId}/${hop} is ${receipt}`);
}
