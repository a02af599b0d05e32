import { type SendDeferred, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { PlanService } from './plan.service.ts';

@Controller()
export class DeferredConsumer {
  constructor(@Inject(PlanService) private readonly planning: PlanService) {}

  @On(topics.sendDeferred)
  async onDeferred(@Payload() deferred: SendDeferred): Promise<void> {
    await this.planning.plan(deferred);
  }
}
