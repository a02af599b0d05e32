import { type ProviderChanged, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Holds } from './holds.port.ts';

@Controller()
export class ProviderConsumer {
  constructor(@Inject(Holds) private readonly holds: Holds) {}

  @On(topics.providerChanged)
  async onChanged(@Payload() change: ProviderChanged | null): Promise<void> {
    if (change) await this.holds.apply(change);
  }
}
