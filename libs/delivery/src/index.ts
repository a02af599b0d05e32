export * from './channel.port.ts';
export * from './delivery.config.ts';
export * from './delivery.ts';
export * from './engine.ts';
export * from './ledger.migrations.ts';
export * from './ledger.retention.ts';
export * from './provider-http.adapter.ts';
export * from './receipt.policy.ts';
export type { ReceiptsService } from './receipts.service.ts';
