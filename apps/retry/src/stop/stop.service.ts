import { cancelRefused, type CancelRequested, identityKey, type StatusChanged } from '#libs/contracts';
import { LOGGER } from '#libs/runtime';
import { contextFrom, contextOf, inSpan, type Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Announcer } from '../announce/announcer.port.ts';
import { cancelledFact } from '../announce/facts.policy.ts';
import { provenBy } from './proof.policy.ts';
import { Stops } from './stops.port.ts';

/** Ends plans before their time: the provider has the message, or upstream wants it no more. */
@Injectable()
export class StopService {
  private readonly stops: Stops;
  private readonly announcer: Announcer;
  private readonly logger: Logger;

  constructor(@Inject(Stops) stops: Stops, @Inject(Announcer) announcer: Announcer, @Inject(LOGGER) logger: Logger) {
    this.stops = stops;
    this.announcer = announcer;
    this.logger = logger;
  }

  /** @throws InfrastructureDown when Postgres cannot be reached. */
  async learn(fact: StatusChanged): Promise<void> {
    const proven = provenBy(fact);
    if (!proven || !(await this.stops.prove(proven, proven.hop))) return;
    const { tenant, channel, messageId, hop } = proven;
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
          this.announcer.facts([fact]),
        );
      }
      this.logger.info({ ...ids, decision: 'not cancelled', because: result.because }, 'retry decision');
      return;
    }
    // In the message's own trace, not in that of the request to cancel it.
    const parent = contextFrom(result.trace);
    await inSpan('retry cancel', { parent, attributes }, () =>
      this.announcer.facts([cancelledFact(result.due, result.at)]),
    );
    this.logger.info({ ...ids, hop: result.due.hop - 1, decision: 'cancelled' }, 'retry decision');
  }
}
