export * from './files/files.port.ts';
export * from './probe.adapter.ts';
export * from './provider-http.adapter.ts';
export { GuardedFiles } from './files/guarded-files.adapter.ts';
export {
  HttpLists,
  type ListEntry,
  type ListReader,
  type ListsAccess,
  notAsDocumented,
} from './list-reader.adapter.ts';
export { fileFailure } from './files/file-failure.policy.ts';
export { fileSettings } from './files/files.config.ts';
export { type AllowedAddresses, readAddresses } from './files/address.policy.ts';
export * from './smoke-call.ts';
