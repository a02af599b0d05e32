import { type SuppressionChanged, suppressionChangeOf, topics } from '#libs/contracts';
import { On, RecordContext } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { KnownSuppressions } from './known-suppressions.port.ts';

/** Follows who must not be written to, of all channels. */
@Controller()
export class SuppressionConsumer {
  constructor(@Inject(KnownSuppressions) private readonly known: KnownSuppressions) {}

  @On(topics.suppressionChanged)
  onChange(@Payload() changed: SuppressionChanged | null, @Ctx() { record }: RecordContext): Promise<void> {
    return this.known.apply(suppressionChangeOf(changed, record));
  }
}
