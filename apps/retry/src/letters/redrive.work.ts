import { RedriveWork } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { OperationWork, Portion, Run } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { Moment } from '../plan/decision.ts';
import { keepPlans, raiseHighWater } from '../plan/decisions.store.ts';
import { MOMENT } from '../plan/moment.ts';
import { dueOf } from '../publish/facts.policy.ts';
import { findOpen, type LetterCursor, lockOpen, settle, soFar } from './letter-rows.store.ts';
import { nextStep } from './ramp.policy.ts';
import { type Redrive, redriveOf } from './redrive.policy.ts';

interface Cursor {
  after?: LetterCursor;
  portions: number;
}

/** Sends dead letters on their way again: each leaves its letter and gets its plan in one transaction. */
@Injectable()
export class RedriveLetters implements OperationWork<RedriveWork> {
  readonly kind = 'redrive';
  readonly schema = RedriveWork;

  constructor(@Inject(MOMENT) private readonly moment: () => Moment) {}

  async portion(client: PoolClient, run: Run<RedriveWork>): Promise<Portion> {
    const { after, portions } = (run.cursor as Cursor | null) ?? { portions: 0 };
    const { work, counts, atMost } = run;
    const step = nextStep(await soFar(client, run.operationId), work, portions);
    if ('stop' in step) return { counts: {}, end: { state: 'stopped', reason: step.stop } };
    if ('waitMs' in step) return { counts: {}, restMs: step.waitMs };
    const left = (atMost ?? Infinity) - (counts['redriven'] ?? 0);
    const most = Math.min(step.take, left);
    const found = await findOpen(client, run, work.filter, after, most);
    const counted = await this.redrive(client, run, found);
    const last = found.at(-1);
    if (!last || found.length < most) return { counts: counted, end: { state: 'done' } };
    if ((counted['redriven'] ?? 0) >= left)
      return { counts: counted, end: { state: 'done', reason: 'It has redriven as many as it may (atMost).' } };
    return {
      counts: counted,
      cursor: { after: { at: last.at, id: last.id }, portions: portions + 1 } satisfies Cursor,
      restMs: step.restMs,
    };
  }

  private async redrive(
    client: PoolClient,
    { work, operationId }: Run<RedriveWork>,
    found: Awaited<ReturnType<typeof findOpen>>,
  ): Promise<Record<string, number>> {
    if (found.length === 0) return {};
    const counts: Record<string, number> = {};
    const going: (Redrive & { id: string; hop: number; trace: Record<string, string> })[] = [];
    const { now } = this.moment();
    for (const { id, hop, trace, ...known } of await lockOpen(client, found)) {
      const redrive = redriveOf(known, work, now);
      const name = typeof redrive === 'string' ? redrive : 'redriven';
      counts[name] = (counts[name] ?? 0) + 1;
      if (typeof redrive !== 'string') going.push({ ...redrive, id, hop, trace });
    }
    await settle(
      client,
      going.map(({ id, hop, deferred }) => ({ id, hop, redrivenHop: deferred.hop })),
      { state: 'redriven', operationId },
    );
    await raiseHighWater(
      client,
      going.map(({ id, deferred, decision }) => ({ id, hop: deferred.hop, fact: deferred.eventId, decision })),
    );
    await keepPlans(
      client,
      going.map(({ id, deferred, plan, trace }) => ({ id, plan, due: dueOf(deferred, plan), trace })),
    );
    return counts;
  }
}
