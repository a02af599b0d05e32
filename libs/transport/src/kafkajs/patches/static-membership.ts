import { createRequire } from 'node:module';

type MakeRequest = (fields: Record<string, unknown>) => unknown;
type LookUp = (apiKey: number, definition: unknown) => MakeRequest;

interface Broker {
  connectionPool: { clientId: string };
  lookupRequest: LookUp;
}

interface ConsumerGroup {
  coordinator: Broker | null;
  memberId: string | null;
  leave: (this: ConsumerGroup) => Promise<void>;
}

/** By the client id of the kafkajs client, which is all that its brokers know of whom they serve. */
const instances = new Map<string, string>();
const lookUps = new WeakMap<Broker, LookUp>();
let patched = false;

/**
 * Static membership (KIP-345) for every consumer of the kafkajs client with this client id. kafkajs 2.2.4 knows the
 * field in its encoders but never hands it over. With it
 *  - JoinGroup, SyncGroup and Heartbeat carry the instance id, so the broker knows a restarted instance again, and
 *    fences the older of two (FENCED_INSTANCE_ID, final for kafkajs: that one ends);
 *  - LeaveGroup is not sent, as in Java's client: the partitions wait for the instance until the session is over.
 *    OffsetCommit need not carry it: the broker gives a returning instance another member id, and takes nothing from
 *    the old one.
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
  sayWhoJoins(load('kafkajs/src/broker/index.js') as { prototype: Broker }, new Set([JoinGroup, SyncGroup, Heartbeat]));
  leaveInSilence(load('kafkajs/src/consumer/consumerGroup.js') as { prototype: ConsumerGroup });
}

const instanceOf = (broker: Broker | null) => (broker ? instances.get(broker.connectionPool.clientId) : undefined);

/** An accessor, since a broker gets its table of requests anew with each connection and uses it at once. */
function sayWhoJoins({ prototype }: { prototype: Broker }, requests: ReadonlySet<number>): void {
  Object.defineProperty(prototype, 'lookupRequest', {
    get(this: Broker): LookUp {
      const lookUp = lookUps.get(this)!;
      const groupInstanceId = instanceOf(this);
      if (groupInstanceId === undefined) return lookUp;
      return (apiKey, definition) => {
        const make = lookUp(apiKey, definition);
        return requests.has(apiKey) ? (fields) => make({ ...fields, groupInstanceId }) : make;
      };
    },
    set(this: Broker, lookUp: LookUp) {
      lookUps.set(this, lookUp);
    },
  });
}

function leaveInSilence({ prototype }: { prototype: ConsumerGroup }): void {
  const leave = prototype.leave;
  prototype.leave = async function (this: ConsumerGroup) {
    if (instanceOf(this.coordinator) === undefined) return leave.call(this);
    this.memberId = null;
  };
}
