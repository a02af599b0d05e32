import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { InternalModule } from '../internal/internal.module.ts';
import { reportingConfig } from '../reporting.config.ts';
import { KnownSuppressions } from './known-suppressions.port.ts';
import { PostgresKnownSuppressions } from './known-suppressions.store.ts';
import { SuppressionConsumer } from './suppression.consumer.ts';
import { SuppressionsController } from './suppressions.controller.ts';
import { SuppressionSyncController } from './sync.controller.ts';
import { SuppressionsService } from './suppressions.service.ts';

@Module({
  imports: [AccessModule, InternalModule],
  controllers: [SuppressionConsumer, SuppressionsController, SuppressionSyncController],
  providers: [
    reportingConfig.provider,
    { provide: KnownSuppressions, useClass: PostgresKnownSuppressions },
    SuppressionsService,
  ],
})
export class SuppressionsModule {}
