import { tellFailure } from '../foundation/tell.ts';

/** What a peer is asked to do; all of it from the environment, so that a peer can be run by hand. */
export interface Order {
  providerUrl: string;
  messages: number;
  inFlight: number;
}

export const order: Order = {
  providerUrl: process.env['PROVIDER_URL'] ?? '',
  messages: Number(process.env['MESSAGES']),
  inFlight: Number(process.env['IN_FLIGHT']),
};

/** Waits for the bench's word, so that a peer's start is not measured. */
export function onGo(work: () => Promise<unknown>): void {
  process.once('message', () => {
    work().catch(tellFailure);
  });
}
