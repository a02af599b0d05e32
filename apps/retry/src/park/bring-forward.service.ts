import { Jobs } from '#libs/runtime';
import { count, counters } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { stateOf } from './key.policy.ts';
import { ParkedPlans, type Round, type WaitedKey } from './parked-plans.port.ts';
import { nextRound } from './ramp.policy.ts';

/** At the first rate this makes two or three messages a round. */
const EVERY_MS = 250;

/** Makes due what is parked: while its condition is open at a rate that grows, and in any case once it is time. */
@Injectable()
export class BringForwardService {
  constructor(
    @Inject(ParkedPlans) private readonly parked: ParkedPlans,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    jobs.add({ name: 'bring forward', everyMs: EVERY_MS, round: () => this.round() });
    jobs.add({ name: 'end of parking', everyMs: EVERY_MS, round: () => this.parked.bringLongest() });
  }

  /** One round over all conditions. No signal wakes it: it asks each time which conditions are open now. */
  async round(): Promise<void> {
    for (const { messages } of await this.parked.bringForward(giveOf)) count(counters.broughtForward, {}, messages);
  }
}

const giveOf = ({ key, ramp, holds, pauses, now }: WaitedKey): Round =>
  nextRound(ramp, stateOf(key, holds, now, pauses), now);
