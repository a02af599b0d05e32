import {
  OperationConsumer,
  operationProviders,
  internalAccess,
  internalAccessConfig,
  ReadinessController,
  RestoreController,
} from '#libs/runtime';
import { Module } from '@nestjs/common';
import { KafkaOutcomePublisher } from './publish/outcome-publisher.adapter.ts';
import { OutcomePublisher } from './publish/outcome-publisher.port.ts';
import { AnswerReading } from './answer/answer-reading.port.ts';
import { KafkaAnswerReading } from './answer/answer-reading.adapter.ts';
import { Answers } from './answer/answers.port.ts';
import { PostgresAnswers } from './answer/answers.store.ts';
import { WatchService } from './answer/watch.service.ts';
import { ControlConsumer } from './controls/control.consumer.ts';
import { controlParts } from './controls/controls.providers.ts';
import { WaitingController } from './backlog/waiting.controller.ts';
import { ParkedCount } from './backlog/backlog.port.ts';
import { BacklogService } from './backlog/backlog.service.ts';
import { PostgresParkedCount } from './backlog/backlog.store.ts';
import { WaitingGauges } from './backlog/waiting-gauges.service.ts';
import { WaitingMessages } from './backlog/waiting.port.ts';
import { PostgresWaitingMessages } from './backlog/waiting.store.ts';
import { Decisions } from './plan/decisions.port.ts';
import { PostgresDecisions } from './plan/decisions.store.ts';
import { DeferredConsumer } from './plan/deferred.consumer.ts';
import { EndingService } from './plan/ending.service.ts';
import { MOMENT, thisMoment } from './plan/moment.ts';
import { PlanService } from './plan/plan.service.ts';
import { DuePlans } from './release/due-plans.port.ts';
import { PostgresDuePlans } from './release/due-plans.store.ts';
import { KafkaEvidenceReader } from './release/evidence-reader.adapter.ts';
import { EvidenceReader } from './release/evidence-reader.port.ts';
import { InOrderService } from './release/in-order.service.ts';
import { OrderedPlans } from './release/ordered-plans.port.ts';
import { PostgresOrderedPlans } from './release/ordered-plans.store.ts';
import { ReleaserService } from './release/releaser.service.ts';
import { BringForward } from './letters/bring-forward.work.ts';
import { DiscardLetters } from './letters/discard.work.ts';
import { LetterReporting } from './letters/letter-reporting.service.ts';
import { Letters } from './letters/letters.port.ts';
import { PostgresLetters } from './letters/letters.store.ts';
import { RedriveLetters } from './letters/redrive.work.ts';
import { Policies } from './policy/policies.port.ts';
import { FilePolicies } from './policy/policies.adapter.ts';
import { retryConfig } from './retry.config.ts';
import { StopConsumer } from './stop/stop.consumer.ts';
import { StopService } from './stop/stop.service.ts';
import { Stops } from './stop/stops.port.ts';
import { PostgresStops } from './stop/stops.store.ts';
import { Holds } from './holds/holds.port.ts';
import { PostgresHolds } from './holds/holds.store.ts';
import { PausePreviewController } from './controls/pause-preview.controller.ts';
import { ProviderConsumer } from './holds/provider.consumer.ts';
import { BringForwardService } from './park/bring-forward.service.ts';
import { ParkedPlans } from './park/parked-plans.port.ts';
import { PostgresParkedPlans } from './park/parked-plans.store.ts';
import { PlanEnds } from './restore/plan-ends.port.ts';
import { PostgresPlanEnds } from './restore/plan-ends.store.ts';
import { RelearnService } from './restore/relearn.service.ts';
import { PostgresRetention } from './cleanup/retention.store.ts';

@Module({
  controllers: [
    DeferredConsumer,
    StopConsumer,
    ProviderConsumer,
    OperationConsumer,
    ControlConsumer,
    ReadinessController,
    WaitingController,
    PausePreviewController,
    RestoreController,
  ],
  providers: [
    PlanService,
    EndingService,
    StopService,
    ReleaserService,
    InOrderService,
    { provide: OrderedPlans, useClass: PostgresOrderedPlans },
    WatchService,
    BringForwardService,
    BacklogService,
    WaitingGauges,
    RelearnService,
    ...controlParts,
    retryConfig.provider,
    internalAccessConfig.provider,
    internalAccess,
    { provide: Policies, useClass: FilePolicies },
    { provide: MOMENT, useValue: thisMoment },
    { provide: OutcomePublisher, useClass: KafkaOutcomePublisher },
    { provide: Answers, useClass: PostgresAnswers },
    { provide: AnswerReading, useClass: KafkaAnswerReading },
    { provide: Decisions, useClass: PostgresDecisions },
    { provide: Stops, useClass: PostgresStops },
    { provide: Holds, useClass: PostgresHolds },
    { provide: ParkedPlans, useClass: PostgresParkedPlans },
    { provide: PlanEnds, useClass: PostgresPlanEnds },
    { provide: DuePlans, useClass: PostgresDuePlans },
    { provide: ParkedCount, useClass: PostgresParkedCount },
    { provide: WaitingMessages, useClass: PostgresWaitingMessages },
    { provide: EvidenceReader, useClass: KafkaEvidenceReader },
    PostgresRetention,
    { provide: Letters, useClass: PostgresLetters },
    LetterReporting,
    RedriveLetters,
    DiscardLetters,
    BringForward,
    ...operationProviders('retry', [RedriveLetters, DiscardLetters, BringForward]),
  ],
})
export class RetryModule {}
