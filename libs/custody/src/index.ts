export * from './custody.config.ts';
export * from './custody.port.ts';
export { CustodyWatch } from './custody-watch.ts';
export type { SealContext } from './envelope.ts';
export { type Epoch, epochAt } from './epoch.ts';
export { CustodyUnavailable } from './errors.ts';
export { KeyRing } from './key-ring.adapter.ts';
export { type Opened, Sealing } from './sealing.service.ts';
