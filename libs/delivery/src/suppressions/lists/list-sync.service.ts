import { type Channel, MessagingError } from '#libs/contracts';
import type { Job } from '#libs/runtime';
import { count, counters, type Logger } from '#libs/telemetry';
import type { ListOutcome, ListRun, ListTurns } from './list-turns.port.ts';
import type { ListStep, ProviderLists } from './provider-lists.service.ts';

export interface ListSyncOptions {
  channel: Channel;
  lists: Pick<ProviderLists, 'run' | 'isEmpty'>;
  turns: ListTurns;
  logger: Pick<Logger, 'info' | 'warn'>;
  everyMs: number;
}

/** How often it is looked whether a run is due, in milliseconds. */
const ROUND_MS = 5_000;
/** A run that failed is repeated sooner, in milliseconds. */
const AGAIN_MS = 300_000;

/**
 * Takes over the providers' own lists, on a schedule and when it is asked for. Whose turn it is, and what came of it,
 * stands in a row that all replicas share.
 */
export class ListSync {
  private readonly options: ListSyncOptions;
  private seen: ListRun | undefined;

  constructor(options: ListSyncOptions) {
    this.options = options;
  }

  /** Without any list there is nothing to do. */
  jobs(): Job[] {
    if (this.options.lists.isEmpty) return [];
    return [
      { name: 'suppression lists', everyMs: Math.min(ROUND_MS, this.options.everyMs), round: () => this.round() },
    ];
  }

  /** The last run, of whichever replica. @throws InfrastructureDown */
  last(): Promise<ListRun> {
    return this.options.turns.last();
  }

  /** A run is due now. @returns the number that it will have. @throws InfrastructureDown */
  ask(): Promise<number> {
    return this.options.turns.ask();
  }

  get hasLists(): boolean {
    return !this.options.lists.isEmpty;
  }

  /** @throws InfrastructureDown, which the next round makes good */
  async round(): Promise<void> {
    const { turns } = this.options;
    try {
      const token = await turns.take();
      if (token !== undefined) await this.run(token);
    } finally {
      this.seen = await turns.last().catch(() => this.seen);
    }
  }

  /** For the readiness. Undefined: the last run has read every list. */
  concern(): { meaning: string; remedy: string } | undefined {
    const { failure = null, lists = [] } = this.seen ?? {};
    const unread = lists.filter(({ trouble }) => trouble !== undefined);
    if (failure === null && unread.length === 0) return undefined;
    const named = unread.map(({ provider, list, trouble }) => `${provider} ${list} (${trouble})`).join('; ');
    return {
      meaning:
        failure === null
          ? `Suppression lists of providers could not be read: ${named}.`
          : `The suppression lists of providers could not be taken over (${failure}).`,
      remedy:
        'Give the key the scopes that are named (docs/accounts.md); messaging suppressions sync tries again at once. ' +
        'Meanwhile what providers list is known only by their webhooks.',
    };
  }

  private async run(token: string): Promise<void> {
    const { turns, everyMs } = this.options;
    try {
      const outcomes = await this.readAll(token);
      if (!outcomes) return;
      this.report(outcomes);
      const isWhole = outcomes.every(({ trouble }) => trouble === undefined);
      await turns.end(token, { failure: null, nextInMs: isWhole ? everyMs : Math.min(everyMs, AGAIN_MS) });
    } catch (error) {
      const failure = error instanceof MessagingError ? error.code : 'MSG_INTERNAL';
      count(counters.suppressionLists, { 'mi.channel': this.options.channel, 'mi.result': 'failed' });
      await turns.end(token, { failure, nextInMs: Math.min(everyMs, AGAIN_MS) });
      throw error;
    }
  }

  /** @returns undefined: the turn is another replica's by now */
  private async readAll(token: string): Promise<ListOutcome[] | undefined> {
    const totals = new Map<string, ListOutcome>();
    for await (const step of this.options.lists.run()) {
      add(totals, step);
      if (!(await this.options.turns.keep(token, [...totals.values()]))) return undefined;
    }
    return [...totals.values()];
  }

  private report(outcomes: readonly ListOutcome[]): void {
    const { channel, logger } = this.options;
    for (const { trouble, ...outcome } of outcomes) {
      const result = trouble === undefined ? 'read' : 'unread';
      count(counters.suppressionLists, { 'mi.channel': channel, 'mi.result': result });
      if (trouble !== undefined) logger.warn({ ...outcome, trouble }, 'a suppression list could not be read whole');
      else if (outcome.published > 0) logger.info(outcome, 'a suppression list was taken over');
    }
  }
}

function add(totals: Map<string, ListOutcome>, { provider, list, read, published, trouble }: ListStep): void {
  const known = totals.get(`${provider} ${list}`) ?? { provider, list, read: 0, published: 0 };
  totals.set(`${provider} ${list}`, {
    ...known,
    read: known.read + read,
    published: known.published + published,
    ...(trouble !== undefined && { trouble }),
  });
}
