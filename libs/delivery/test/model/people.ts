import { type RecipientRef, recipientRef } from '#libs/contracts';

export const hashKey = 'a key for the model test';

export const ada = 'ada@inbox.test';
export const bob = 'bob@inbox.test';
export const cy = 'cy@inbox.test';
/** The recipient for whom the provider refuses every message. */
export const nobody = 'nobody@inbox.test';

const refs = new Map([ada, bob, cy, nobody].map((address) => [address, recipientRef(hashKey, address)]));

export const refOf = (address: string): RecipientRef => refs.get(address)!;
