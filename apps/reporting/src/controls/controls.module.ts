import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { InternalModule } from '../internal/internal.module.ts';
import { OperationsModule } from '../operations/operations.module.ts';
import { reportingConfig } from '../reporting.config.ts';
import { ControlConsumer } from './control.consumer.ts';
import { ControlPublishing } from './control-publishing.service.ts';
import { ControlsController } from './controls.controller.ts';
import { ControlTable } from './controls.port.ts';
import { ControlPreviews } from './control-previews.service.ts';
import { ControlsService } from './controls.service.ts';
import { PostgresControlTable } from './controls.store.ts';

/** What operators pause, resume, cancel by filter and lift. */
@Module({
  imports: [AccessModule, InternalModule, OperationsModule],
  controllers: [ControlsController, ControlConsumer],
  providers: [
    { provide: ControlTable, useClass: PostgresControlTable },
    ControlsService,
    ControlPreviews,
    ControlPublishing,
    reportingConfig.provider,
  ],
  exports: [ControlTable],
})
export class ControlsModule {}
