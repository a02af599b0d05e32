import { Jobs } from '#libs/runtime';
import { count, counters } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { WaitingFacts } from './waiting-facts.port.ts';

/** A receipt or an engagement waits so long for its message. */
export const WAITS_DAYS = 7;
const JOIN_EVERY_MS = 1_000;
const GIVE_UP_EVERY_MS = 60_000;
const PORTION = 500;

/** Looks after facts whose messages are not known (docs/adr/0048). */
@Injectable()
export class WaitingService {
  constructor(
    @Inject(WaitingFacts) private readonly waiting: WaitingFacts,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    jobs.add({ name: 'waiting facts', everyMs: JOIN_EVERY_MS, round: () => this.join() });
    jobs.add({ name: 'late facts', everyMs: GIVE_UP_EVERY_MS, round: () => this.giveUp() });
  }

  async join(): Promise<{ more: boolean }> {
    return { more: (await this.waiting.joinLate(PORTION)) === PORTION };
  }

  async giveUp(): Promise<{ more: boolean }> {
    const late = await this.waiting.giveUp(WAITS_DAYS, PORTION);
    for (const { source, status, facts } of late)
      count(counters.lateFacts, { 'mi.source': source, 'mi.status': status }, facts);
    return { more: late.reduce((sum, { facts }) => sum + facts, 0) === PORTION };
  }
}
