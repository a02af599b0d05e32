import { createRequire } from 'node:module';

type MakeRequest = (fields: Record<string, unknown>) => unknown;
type LookUp = (apiKey: number, definition: unknown) => MakeRequest;

interface Broker {
  connectionPool: { clientId: string };
  lookupRequest: LookUp;
}

/** The fields that are added to the requests of the client with this client id. */
type Fields = (clientId: string) => object | undefined;

const added = new Map<number, Fields>();
const lookUps = new WeakMap<Broker, LookUp>();
let patched = false;

/**
 * Adds fields to requests that kafkajs 2.2.4's protocol supports but its consumers never set. Selected by the client
 * id, since that is all that a connection knows about its client.
 */
export function addFields(apiKeys: readonly number[], fields: Fields): void {
  for (const apiKey of apiKeys) added.set(apiKey, fields);
  if (patched) return;
  patched = true;
  const load = createRequire(import.meta.url);
  alterLookUp(load('kafkajs/src/broker/index.js') as { prototype: Broker });
}

/** An accessor, because a broker gets its table of requests anew with each connection and uses it at once. */
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
