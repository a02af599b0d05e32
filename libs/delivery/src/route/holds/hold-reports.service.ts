import { type Channel, factId, holdKey, nearestInstant, type ProviderChanged, topics } from '#libs/contracts';
import type { Job } from '#libs/runtime';
import { count, counters, type Logger } from '#libs/telemetry';
import type { Publisher } from '#libs/transport';
import type { HeldProviders } from './held-providers.ts';
import type { Hold, HoldPlace, Holds } from './holds.port.ts';

export interface HoldReportsOptions {
  channel: Channel;
  holds: Holds;
  held: Pick<HeldProviders, 'take' | 'lasting'>;
  publisher: Pick<Publisher, 'publish'>;
  logger: Logger;
  /** The accounts in use. */
  inUse: readonly Pick<HoldPlace, 'provider' | 'account'>[];
}

/** A shorter hold is daily work. */
const SHOWN_FROM_MS = 30_000;
const ROUND_MS = 1_000;
const CLEANUP_MS = 3_600_000;

/** Says which providers are held: to retry by Kafka, to operators by log, metric and readiness. */
export class HoldReports {
  private readonly options: HoldReportsOptions;
  private areOthersLifted = false;

  constructor(options: HoldReportsOptions) {
    this.options = options;
  }

  /** A change that this replica has come to know: one log line, one count. */
  onChange({ provider, scope, state, leftMs, code, meaning, round, by }: Hold): void {
    const { channel, logger } = this.options;
    count(counters.providerHolds, { 'mi.channel': channel, 'mi.provider': provider, 'mi.hold.state': state });
    // The sender may be an address: only that it is about one is logged.
    const fields = { 'mi.provider': provider, scope: scope === 'all' ? 'all' : 'sender', code, round, meaning };
    if (state === 'lifted') logger.info({ ...fields, by }, 'a provider takes calls again');
    else if (leftMs >= SHOWN_FROM_MS) logger.warn({ ...fields, forMs: leftMs }, 'a provider is left alone');
    else logger.info({ ...fields, forMs: leftMs }, 'a provider is left alone');
  }

  /** What is done again and again. */
  jobs(): Job[] {
    return [
      { name: 'holds', everyMs: ROUND_MS, round: () => this.round() },
      { name: 'clean up holds', everyMs: CLEANUP_MS, round: () => this.options.holds.deleteOld() },
    ];
  }

  /**
   * Lifts a hold for an operator: all replicas know it with their next claim, retry within a second.
   * @returns the hold, also where it was lifted before; undefined: there is no such hold
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  async lift(id: string, by: string): Promise<Hold | undefined> {
    const lifted = await this.options.holds.lift(id, by);
    if (lifted) this.options.held.take([lifted]);
    return lifted ?? (await this.options.holds.all()).find((hold) => hold.id === id);
  }

  /** For the readiness. Undefined: no provider is held for long. */
  concern(): { meaning: string; remedy: string } | undefined {
    const long = this.options.held.lasting().filter(({ leftMs }) => leftMs >= SHOWN_FROM_MS);
    if (long.length === 0) return undefined;
    const each = long.map(
      ({ hold: { provider, scope, code, meaning }, leftMs }) =>
        `${provider} is left alone${scope === 'all' ? '' : ' for one sender'} for ${Math.ceil(leftMs / 1000)} s ` +
        `after ${code}: ${meaning}`,
    );
    return {
      meaning: each.join(' '),
      remedy:
        'What can go by another provider does; the rest waits. Look the code up in docs/errors. Once it is mended: ' +
        'messaging holds lift.',
    };
  }

  /**
   * Reads the table, also where no claim does, and publishes what has changed.
   * @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe.
   */
  private async round(): Promise<void> {
    const { holds, held, inUse } = this.options;
    if (!this.areOthersLifted) await holds.liftOthers(inUse);
    this.areOthersLifted = true;
    held.take(await holds.all());
    const changed = await holds.unpublished();
    await Promise.all(changed.map((hold) => this.publish(hold)));
    await holds.markPublished(changed);
  }

  private async publish(hold: Hold): Promise<void> {
    const value = changeOf(this.options.channel, hold);
    await this.options.publisher.publish({ topic: topics.providerChanged, key: holdKey(value), value });
  }
}

function changeOf(channel: Channel, hold: Hold): ProviderChanged {
  const { provider, account, scope, id, seq, state, leftMs, kind, code, meaning, at, by } = hold;
  return {
    eventId: factId({
      tenant: 'default',
      channel,
      messageId: id,
      hop: seq,
      source: channel,
      status: `hold:${state}`,
    }),
    channel,
    provider,
    account,
    scope,
    holdId: id,
    seq,
    state,
    forMs: Math.ceil(leftMs),
    kind,
    code,
    meaning,
    at: nearestInstant(Date.parse(at)),
    ...(by !== undefined && { by }),
  };
}
