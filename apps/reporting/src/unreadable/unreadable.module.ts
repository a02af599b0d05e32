import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { KafkaUnreadableBytes } from './record-bytes.adapter.ts';
import { UnreadableBytes } from './record-bytes.port.ts';
import { UnreadableConsumer } from './unreadable.consumer.ts';
import { UnreadableController } from './unreadable.controller.ts';
import { UnreadableRecords } from './unreadable.port.ts';
import { UnreadableService } from './unreadable.service.ts';
import { PostgresUnreadableRecords } from './unreadable.store.ts';

@Module({
  imports: [AccessModule],
  controllers: [UnreadableConsumer, UnreadableController],
  providers: [
    { provide: UnreadableRecords, useClass: PostgresUnreadableRecords },
    { provide: UnreadableBytes, useClass: KafkaUnreadableBytes },
    UnreadableService,
  ],
  exports: [UnreadableRecords],
})
export class UnreadableModule {}
