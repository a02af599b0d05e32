import { type ControlChanged, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ControlPublishing } from './control-publishing.service.ts';

@Controller()
export class ControlConsumer {
  constructor(@Inject(ControlPublishing) private readonly controls: ControlPublishing) {}

  @On(topics.controlChanged)
  async onChanged(@Payload() change: ControlChanged): Promise<void> {
    await this.controls.follow(change);
  }
}
