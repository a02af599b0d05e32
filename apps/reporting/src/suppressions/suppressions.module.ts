import { sealingProviders } from '#libs/runtime';
import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { OperationsModule } from '../operations/operations.module.ts';
import { reportingConfig } from '../reporting.config.ts';
import { KnownSuppressions } from './known-suppressions.port.ts';
import { PostgresKnownSuppressions } from './known-suppressions.store.ts';
import { SuppressionConsumer } from './suppression.consumer.ts';
import { SuppressionsController } from './suppressions.controller.ts';
import { SuppressionsService } from './suppressions.service.ts';

@Module({
  imports: [AccessModule, OperationsModule],
  controllers: [SuppressionConsumer, SuppressionsController],
  providers: [
    ...sealingProviders({ destroysOld: true }),
    reportingConfig.provider,
    { provide: KnownSuppressions, useClass: PostgresKnownSuppressions },
    SuppressionsService,
  ],
})
export class SuppressionsModule {}
