import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { OperationPublishing } from './operation-publishing.service.ts';
import { OperationWordConsumer } from './operation.consumer.ts';
import { OperationsController } from './operations.controller.ts';
import { OperationTable } from './operations.port.ts';
import { OperationsService } from './operations.service.ts';
import { PostgresOperations } from './operations.store.ts';

/** Operations of operators. Rooms that make some import it, and use `OperationsService`. */
@Module({
  imports: [AccessModule],
  controllers: [OperationsController, OperationWordConsumer],
  providers: [{ provide: OperationTable, useClass: PostgresOperations }, OperationsService, OperationPublishing],
  exports: [OperationsService],
})
export class OperationsModule {}
