import { type ControlChanged, topics } from '#libs/contracts';
import { ControlReports } from '#libs/runtime';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

@Controller()
export class ControlConsumer {
  constructor(@Inject(ControlReports) private readonly controls: ControlReports) {}

  @On(topics.controlChanged)
  async onChanged(@Payload() change: ControlChanged): Promise<void> {
    await this.controls.onChanged(change);
  }
}
