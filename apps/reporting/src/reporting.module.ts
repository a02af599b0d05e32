import { Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.ts';
import { CountsModule } from './counts/counts.module.ts';
import { ControlsModule } from './controls/controls.module.ts';
import { MessageController } from './api/message/message.controller.ts';
import { PostgresReports } from './api/report.store.ts';
import { Reports } from './api/report.port.ts';
import { ReportService } from './api/report.service.ts';
import { SummaryController } from './api/summary/summary.controller.ts';
import { DeadLetterConsumer } from './intake/dead-letter.consumer.ts';
import { Losses } from './intake/losses.service.ts';
import { RequestConsumer } from './intake/request.consumer.ts';
import { StatusConsumer } from './intake/status.consumer.ts';
import { PostgresLetterGroups } from './letters/letter-groups.store.ts';
import { LettersController } from './letters/letters.controller.ts';
import { LetterGroupsReader } from './letters/letters.port.ts';
import { LettersService } from './letters/letters.service.ts';
import { OneMessageController } from './letters/one-message.controller.ts';
import { OneMessageService } from './letters/one-message.service.ts';
import { OperationsModule } from './operations/operations.module.ts';
import { InternalModule } from './internal/internal.module.ts';
import { Projection } from './projection/projection.port.ts';
import { PostgresProjection } from './projection/projection.store.ts';
import { ExplainController } from './routing/explain.controller.ts';
import { HoldsController } from './routing/holds.controller.ts';
import { ReceiptRequests } from './receipts/receipt-requests.service.ts';
import { TakenMessages } from './receipts/taken-messages.port.ts';
import { PostgresTakenMessages } from './receipts/taken-messages.store.ts';
import { WaitingFacts } from './projection/waiting-facts.port.ts';
import { PostgresWaitingFacts } from './projection/waiting-facts.store.ts';
import { WaitingService } from './projection/waiting.service.ts';
import { reportingConfig } from './reporting.config.ts';
import { RestoreFrontController } from './restore/restore.controller.ts';
import { StatusModule } from './status/status.module.ts';
import { SuppressionsModule } from './suppressions/suppressions.module.ts';
import { UnreadableModule } from './unreadable/unreadable.module.ts';

@Module({
  imports: [
    AccessModule,
    ControlsModule,
    CountsModule,
    InternalModule,
    OperationsModule,
    StatusModule,
    SuppressionsModule,
    UnreadableModule,
  ],
  controllers: [
    RequestConsumer,
    StatusConsumer,
    DeadLetterConsumer,
    MessageController,
    SummaryController,
    LettersController,
    OneMessageController,
    HoldsController,
    ExplainController,
    RestoreFrontController,
  ],
  providers: [
    { provide: Projection, useClass: PostgresProjection },
    { provide: WaitingFacts, useClass: PostgresWaitingFacts },
    WaitingService,
    { provide: Reports, useClass: PostgresReports },
    { provide: TakenMessages, useClass: PostgresTakenMessages },
    ReportService,
    { provide: LetterGroupsReader, useClass: PostgresLetterGroups },
    LettersService,
    OneMessageService,
    ReceiptRequests,
    Losses,
    reportingConfig.provider,
  ],
})
export class ReportingModule {}
