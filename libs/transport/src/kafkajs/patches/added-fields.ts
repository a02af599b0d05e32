import { createRequire } from 'node:module';

type MakeRequest = (fields: Record<string, unknown>) => unknown;
type LookUp = (apiKey: number, definition: unknown) => MakeRequest;

interface Broker {
  connectionPool: { clientId: string };
  lookupRequest: LookUp;
}

/** What a request of the client with this client id gets beside its own fields. */
type Fields = (clientId: string) => object | undefined;

const added = new Map<number, Fields>();
const lookUps = new WeakMap<Broker, LookUp>();
let patched = false;

/**
 * Adds fields to requests that kafkajs 2.2.4's protocol takes, and its consumers never give. By the client id of the
 * kafkajs client, which is all that its brokers know of whom they serve.
 */
export function addFields(apiKeys: readonly number[], fields: Fields): void {
  for (const apiKey of apiKeys) added.set(apiKey, fields);
  if (patched) return;
  patched = true;
  const load = createRequire(import.meta.url);
  alterLookUp(load('kafkajs/src/broker/index.js') as { prototype: Broker });
}

/** An accessor, since a broker gets its table of requests anew with each connection and uses it at once. */
function alterLookUp({ prototype }: { prototype: Broker }): void {
  Object.defineProperty(prototype, 'lookupRequest', {
    get(this: Broker): LookUp {
      const lookUp = lookUps.get(this)!;
      return (apiKey, definition) => {
        const make = lookUp(apiKey, definition);
        const more = added.get(apiKey)?.(this.connectionPool.clientId);
        return more ? (fields) => make({ ...fields, ...more }) : make;
      };
    },
    set(this: Broker, lookUp: LookUp) {
      lookUps.set(this, lookUp);
    },
  });
}
