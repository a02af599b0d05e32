import { DiscardWork } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { OperationWork, Portion, Run } from '#libs/runtime';
import { Injectable } from '@nestjs/common';
import { findOpen, type LetterCursor, lockOpen, settle } from './letter-rows.store.ts';

const PORTION = 500;

/** Puts dead letters aside: nobody redrives them any more, and their content is forgotten. Their status stays. */
@Injectable()
export class DiscardLetters implements OperationWork<DiscardWork> {
  readonly kind = 'discard';
  readonly schema = DiscardWork;

  async portion(client: PoolClient, run: Run<DiscardWork>): Promise<Portion> {
    const { work, counts, atMost, operationId } = run;
    const left = (atMost ?? Infinity) - (counts['discarded'] ?? 0);
    const most = Math.min(PORTION, left);
    const found = await findOpen(client, run, work.filter, (run.cursor as LetterCursor | null) ?? undefined, most);
    const open = found.length === 0 ? [] : await lockOpen(client, found);
    await settle(client, open, { state: 'discarded', operationId });
    const discarded = { counts: { discarded: open.length } };
    const last = found.at(-1);
    if (!last || found.length < most) return { ...discarded, end: { state: 'done' } };
    if (open.length >= left)
      return { ...discarded, end: { state: 'done', reason: 'It has discarded as many as it may (atMost).' } };
    return { ...discarded, cursor: { at: last.at, id: last.id } satisfies LetterCursor };
  }
}
