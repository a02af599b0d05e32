import type { Logger } from '#libs/telemetry';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountService } from './core/account/account.service.ts';
import { CallbackController } from './core/control/callback.controller.ts';
import { ControlController } from './core/control/control.controller.ts';
import { FailureFilter } from './core/gate/failure.filter.ts';
import { FaultService } from './core/gate/fault.service.ts';
import { GateService } from './core/gate/gate.service.ts';
import { HealthController } from './core/health/health.controller.ts';
import { InboxService } from './core/inbox/inbox.service.ts';
import { InlineImageStore } from './core/inbox/inline-image.store.ts';
import { JournalStore } from './core/inbox/journal.store.ts';
import { MessageStore } from './core/inbox/message.store.ts';
import { type CoreConfig, SANDBOX_CONFIG, SANDBOX_LOG } from './core/config.ts';
import type { RunningSimulator } from './core/simulator.ts';
import { SIMULATORS, Simulators } from './core/simulators.service.ts';
import { TemplatesController } from './core/templates/templates.controller.ts';
import { CallbackService } from './core/webhooks/callback.service.ts';
import { LifecycleService } from './core/webhooks/lifecycle.service.ts';
import { SettleService } from './core/webhooks/settle.service.ts';
import { SuppressionLists } from './core/webhooks/suppression-lists.ts';
import { TimelineService } from './core/webhooks/timeline.service.ts';
import { WebhookAdapter } from './core/webhooks/webhook.adapter.ts';
import { PageController } from './page/page.controller.ts';

const gate = [GateService, FaultService, AccountService, { provide: APP_FILTER, useClass: FailureFilter }];
const messages = [InboxService, MessageStore, InlineImageStore, JournalStore];
const webhooks = [CallbackService, LifecycleService, SuppressionLists, TimelineService, SettleService, WebhookAdapter];

const controllers = [ControlController, CallbackController, PageController, TemplatesController, HealthController];

@Module({})
export class SandboxModule {
  static with(config: CoreConfig, log: Logger, simulators: readonly RunningSimulator[]): DynamicModule {
    const given = [
      { provide: SANDBOX_CONFIG, useValue: config },
      { provide: SANDBOX_LOG, useValue: log },
      { provide: SIMULATORS, useValue: simulators },
      Simulators,
    ];
    return {
      module: SandboxModule,
      controllers: [...simulators.flatMap(({ parts }) => parts.controllers), ...controllers],
      providers: [...given, ...gate, ...simulators.flatMap(({ parts }) => parts.services), ...messages, ...webhooks],
    };
  }
}
