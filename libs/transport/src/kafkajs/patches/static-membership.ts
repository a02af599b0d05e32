import { createRequire } from 'node:module';
import { addFields } from './added-fields.ts';

interface Broker {
  connectionPool: { clientId: string };
}

interface ConsumerGroup {
  coordinator: Broker | null;
  memberId: string | null;
  leave: (this: ConsumerGroup) => Promise<void>;
}

/** By client id. */
const instances = new Map<string, string>();
let patched = false;

/**
 * Static membership (KIP-345) for every consumer of the kafkajs client with this client id. kafkajs 2.2.4 has the field
 * in its encoders but never sets it. With it:
 * - JoinGroup, SyncGroup and Heartbeat carry the instance id, so the broker recognises a restarted instance, and fences
 * the older of two (FENCED_INSTANCE_ID, which is fatal for kafkajs: that consumer ends);
 * - LeaveGroup is not sent, as in Java's client: the partitions stay assigned to the instance until the session
 * expires.
 * OffsetCommit need not carry it: the broker gives a returning instance another member id, and refuses the old one.
 */
export function joinStatically(clientId: string, instanceId: string): void {
  instances.set(clientId, instanceId);
  if (patched) return;
  patched = true;
  const load = createRequire(import.meta.url);
  const { JoinGroup, SyncGroup, Heartbeat } = load('kafkajs/src/protocol/requests/apiKeys.js') as Record<
    'JoinGroup' | 'SyncGroup' | 'Heartbeat',
    number
  >;
  addFields([JoinGroup, SyncGroup, Heartbeat], (client) => {
    const groupInstanceId = instances.get(client);
    return groupInstanceId === undefined ? undefined : { groupInstanceId };
  });
  leaveInSilence(load('kafkajs/src/consumer/consumerGroup.js') as { prototype: ConsumerGroup });
}

const instanceOf = (broker: Broker | null) => (broker ? instances.get(broker.connectionPool.clientId) : undefined);

function leaveInSilence({ prototype }: { prototype: ConsumerGroup }): void {
  const leave = prototype.leave;
  prototype.leave = async function (this: ConsumerGroup) {
    if (instanceOf(this.coordinator) === undefined) return leave.call(this);
    this.memberId = null;
  };
}
