import { type ProviderChanged, topics } from '#libs/contracts';
import { On, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Holds } from './holds.port.ts';

@Controller()
export class ProviderConsumer {
  constructor(@Inject(Holds) private readonly holds: Holds) {}

  @On(topics.providerChanged)
  async onChanged(@Payload() change: ProviderChanged | null, @Ctx() { record }: RecordContext): Promise<void> {
    if (!change) return;
    const { topicName: topic, partition, offset } = record;
    await this.holds.apply(change, { topic, partition, offset });
  }
}
