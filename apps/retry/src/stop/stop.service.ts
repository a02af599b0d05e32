import { cancelRefused, type CancelRequested, identityKey, type StatusChanged } from '#libs/contracts';
import { LOGGER } from '#libs/runtime';
import { contextFrom, contextOf, inSpan, type Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { cancelledFact } from '../publish/facts.policy.ts';
import { acceptedBy } from './evidence.policy.ts';
import { Stops } from './stops.port.ts';

/** Ends plans before their time: the provider has the message, or upstream wants it no more. */
@Injectable()
export class StopService {
  constructor(
    @Inject(Stops) private readonly stops: Stops,
    @Inject(OutcomePublisher) private readonly outcomes: OutcomePublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws InfrastructureDown when Postgres cannot be reached. */
  async onFact(fact: StatusChanged): Promise<void> {
    const accepted = acceptedBy(fact);
    if (!accepted || !(await this.stops.markAccepted(accepted, accepted.hop))) return;
    const { tenant, channel, messageId, hop } = accepted;
    this.logger.info({ tenant, channel, messageId, hop, status: fact.status, decision: 'stopped' }, 'retry decision');
  }

  /** @throws InfrastructureDown when Postgres or Kafka cannot be reached. */
  async cancel({ tenant, channel, messageId }: CancelRequested): Promise<void> {
    const result = await this.stops.cancel({ tenant, channel, messageId });
    const ids = { tenant, channel, messageId };
    const attributes = { 'messaging.message.id': messageId };
    if (!result.cancelled) {
      if (result.because === 'ended') {
        const fact = cancelRefused(ids, result.refusal, 'retry', result.at);
        await inSpan('retry cancel', { parent: contextOf(identityKey(ids)), attributes }, () =>
          this.outcomes.facts([fact]),
        );
      }
      this.logger.info({ ...ids, decision: 'not cancelled', because: result.because }, 'retry decision');
      return;
    }
    // In the message's own trace, not in that of the request to cancel it.
    const parent = contextFrom(result.trace);
    await inSpan('retry cancel', { parent, attributes }, () =>
      this.outcomes.facts([cancelledFact(result.due, result.at)]),
    );
    this.logger.info({ ...ids, hop: result.due.hop - 1, decision: 'cancelled' }, 'retry decision');
  }
}
