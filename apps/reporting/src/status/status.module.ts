import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { ControlsModule } from '../controls/controls.module.ts';
import { InternalModule } from '../internal/internal.module.ts';
import { OperationsModule } from '../operations/operations.module.ts';
import { StatusFigures } from './figures.port.ts';
import { PostgresFigures } from './figures.store.ts';
import { KafkaLags } from './lag.adapter.ts';
import { Lags } from './lag.port.ts';
import { StatusController } from './status.controller.ts';
import { StatusService } from './status.service.ts';

@Module({
  imports: [AccessModule, ControlsModule, InternalModule, OperationsModule],
  controllers: [StatusController],
  providers: [
    { provide: Lags, useClass: KafkaLags },
    { provide: StatusFigures, useClass: PostgresFigures },
    StatusService,
  ],
})
export class StatusModule {}
