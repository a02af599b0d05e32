import { SyncWork } from '#libs/contracts';
import type { ListRun, ListSync } from '#libs/delivery';
import type { PoolClient } from '#libs/persistence';
import type { OperationWork, Portion, Run } from '#libs/runtime';

/** How long until it is looked again how far a run is, in milliseconds. */
const LOOK_AGAIN_MS = 500;

/**
 * Has the providers’ own lists taken over. The run is the schedule’s (`ListSync`), one replica at a time: this asks for
 * one and waits for its end, so that neither job nor schedule can read the same lists twice at once.
 */
export class SyncLists implements OperationWork<SyncWork> {
  readonly kind = 'sync';
  readonly schema = SyncWork;

  constructor(private readonly sync: Pick<ListSync, 'ask' | 'last' | 'hasLists'>) {}

  async portion(_client: PoolClient, { cursor }: Run<SyncWork>): Promise<Portion> {
    if (!this.sync.hasLists)
      return { counts: {}, end: { state: 'done', reason: 'No provider of this channel has lists.' } };
    const wanted = (cursor as { run: number } | null)?.run;
    if (wanted === undefined) return { counts: {}, cursor: { run: await this.sync.ask() }, restMs: LOOK_AGAIN_MS };
    const last = await this.sync.last();
    if (last.run < wanted || last.state === 'running') return { counts: {}, restMs: LOOK_AGAIN_MS };
    return { counts: countsOf(last), end: endOf(last) };
  }
}

/** By list, how many entries there are and how many of them were new. */
export const countsOf = ({ lists }: Pick<ListRun, 'lists'>): Record<string, number> =>
  Object.fromEntries(
    lists.flatMap(({ provider, list, read, published }) => [
      [`${provider} ${list}`, read],
      [`${provider} ${list}, new`, published],
    ]),
  );

/** How a run ended, in words: a list that could not be read is a failure, though the others were taken over. */
export function endOf({ lists, failure }: Pick<ListRun, 'lists' | 'failure'>): NonNullable<Portion['end']> {
  if (failure !== null)
    return { state: 'failed', reason: `It ended early (${failure}). Ask again: what is done is not done twice.` };
  const unread = lists.flatMap(({ provider, list, trouble }) =>
    trouble === undefined ? [] : [`${provider} ${list} (${trouble})`],
  );
  if (unread.length === 0) return { state: 'done' };
  return { state: 'failed', reason: `Lists could not be read: ${unread.join('; ')}.`.slice(0, 500) };
}
