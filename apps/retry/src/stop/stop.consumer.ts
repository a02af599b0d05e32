import { type CancelRequested, type StatusChanged, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { StopService } from './stop.service.ts';

@Controller()
export class StopConsumer {
  private readonly stopping: StopService;

  constructor(@Inject(StopService) stopping: StopService) {
    this.stopping = stopping;
  }

  @On(topics.statusChanged)
  async onStatus(@Payload() fact: StatusChanged): Promise<void> {
    await this.stopping.learn(fact);
  }

  @On(topics.cancelRequested)
  async onCancel(@Payload() request: CancelRequested): Promise<void> {
    await this.stopping.cancel(request);
  }
}
