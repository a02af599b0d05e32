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
  /** How long the request of a cancelled message may be on its way, in milliseconds. */
  waitMs: number;
  /** What time it is, in ms since 1970. */
  now: () => number;
}

/** How often it is looked for what came of cancellations, in milliseconds. */
const LOOK_EVERY_MS = 500;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Keeps what upstream wants sent no more, for the claims to see, and tells where that came too late. Retry alone
 * cancels what is planned; what a provider has taken only the channel knows (docs/adr/0010).
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

  /** What retry has told of a cancellation needs no answer of the channel's. @throws InfrastructureDown */
  async heard({ tenant, channel, messageId, status, source }: StatusChanged): Promise<void> {
    if (source !== 'retry' || channel !== this.options.channel || messageId === undefined) return;
    if (status === 'cancelled' || status === 'cancel-refused')
      await this.options.cancellations.answered({ tenant, channel, messageId });
  }

  /** What is done again and again: the looks, and forgetting what is past its retention. */
  jobs(): Job[] {
    const { cancellations } = this.options;
    return [
      { name: 'cancellations', everyMs: LOOK_EVERY_MS, round: () => this.look() },
      { name: 'cancellations past retention', everyMs: FORGET_EVERY_MS, round: () => cancellations.forget() },
    ];
  }

  /**
   * One look at each cancellation whose time for it has come. @throws InfrastructureDown; repeating is safe, since ids
   * are derived
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
