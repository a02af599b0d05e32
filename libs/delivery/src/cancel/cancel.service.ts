import { type Channel, cancelRefused, type CancelRequested, type StatusChanged } from '#libs/contracts';
import type { Job } from '#libs/runtime';
import { contextOf, type Logger, underContext } from '#libs/telemetry';
import { type RequestedCancellation, answerTo } from './answer.policy.ts';
import type { Cancellations } from './cancellations.port.ts';

export interface CancelOptions {
  channel: Channel;
  cancellations: Cancellations;
  outcomes: { publishFact(fact: StatusChanged): Promise<void> };
  logger: Logger;
  /** How long the request of a cancelled message may take to arrive, in milliseconds. */
  waitMs: number;
  /** The current time, in ms since 1970. */
  now: () => number;
}

/** The interval of checking open cancellations, in milliseconds. */
const LOOK_EVERY_MS = 500;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Stores cancellations, so that claims see them, and publishes which of them came too late. Planned messages are
 * cancelled by retry; only the channel knows what a provider has accepted (docs/adr/0010).
 */
export class CancelService {
  private readonly options: CancelOptions;

  constructor(options: CancelOptions) {
    this.options = options;
  }

  /** @throws InfrastructureDown when Postgres cannot be reached; repeating is safe. */
  async cancel({ tenant, channel, messageId }: CancelRequested): Promise<void> {
    if (channel === this.options.channel) await this.options.cancellations.keep({ tenant, channel, messageId });
  }

  /**
   * A cancellation that retry has answered needs no answer of the channel.
   * @throws InfrastructureDown
   */
  async heard({ tenant, channel, messageId, status, source }: StatusChanged): Promise<void> {
    if (source !== 'retry' || channel !== this.options.channel || messageId === undefined) return;
    if (status === 'cancelled' || status === 'cancel-refused')
      await this.options.cancellations.answered({ tenant, channel, messageId });
  }

  /** Periodic work: checking open cancellations, and deleting those past their retention. */
  jobs(): Job[] {
    const { cancellations } = this.options;
    return [
      { name: 'cancellations', everyMs: LOOK_EVERY_MS, round: () => this.look() },
      { name: 'cancellations past retention', everyMs: FORGET_EVERY_MS, round: () => cancellations.forget() },
    ];
  }

  /**
   * Checks each cancellation that is due.
   * @throws InfrastructureDown; repeating is safe, since ids are derived
   */
  async look(): Promise<void> {
    const { cancellations } = this.options;
    for (const asked of await cancellations.due()) await this.answer(asked);
  }

  private async answer(asked: RequestedCancellation): Promise<void> {
    const { cancellations, outcomes, channel, logger, waitMs, now } = this.options;
    const answer = answerTo(asked, waitMs);
    if (answer.is === 'open') return cancellations.putOff(asked, answer.nextMs);
    if (answer.is === 'refused') {
      const { id, tenant, messageId } = asked;
      const fact = cancelRefused({ tenant, channel, messageId }, answer.why, channel, new Date(now()).toISOString());
      await underContext(contextOf(id), () => outcomes.publishFact(fact));
      logger.info(
        { 'messaging.message.id': messageId, 'mi.tenant': tenant, 'mi.channel': channel, because: answer.why },
        'a cancellation was refused',
      );
    }
    await cancellations.close(asked);
  }
}
