import { type SendDeferred, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { PlanService } from './plan.service.ts';

@Controller()
export class DeferredConsumer {
  private readonly planning: PlanService;

  constructor(@Inject(PlanService) planning: PlanService) {
    this.planning = planning;
  }

  @On(topics.sendDeferred)
  async onDeferred(@Payload() deferred: SendDeferred): Promise<void> {
    await this.planning.plan(deferred);
  }
}
