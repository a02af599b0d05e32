import { type DeadLetter, InfrastructureDown, type StatusChanged } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { aDeferred, aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { Announcer } from '../announce/announcer.port.ts';
import { RetryConfig } from '../retry.config.ts';
import { type Answer, Decisions, type Question } from './decisions.port.ts';
import { thisMoment } from './moment.ts';
import { PlanService } from './plan.service.ts';

class RememberedDecisions extends Decisions {
  private readonly kept = new Map<string, Answer>();

  async decideOnce({ deferred, decide }: Question): Promise<Answer> {
    const kept = this.kept.get(deferred.eventId);
    if (kept) return { ...kept, repeated: true };
    const answer = { decision: decide({ proven: false, cancelled: false }), repeated: false };
    this.kept.set(deferred.eventId, answer);
    return answer;
  }
}

class Heard extends Announcer {
  readonly told: (StatusChanged | DeadLetter)[] = [];
  down = false;

  async facts(facts: readonly StatusChanged[]): Promise<void> {
    if (this.down) throw new InfrastructureDown('kafka', 'publish');
    this.told.push(...facts);
  }

  async deadLetter(letter: DeadLetter): Promise<void> {
    this.told.push(letter);
  }

  async due(): Promise<void> {}
}

function aPlanner(decisions: Decisions = new RememberedDecisions()) {
  const heard = new Heard();
  const config = RetryConfig.parse({ DATABASE_URL: 'postgres://unused' });
  return { heard, planner: new PlanService(decisions, heard, config, createLogger('test', 'silent'), thisMoment) };
}

describe('Planning what follows from a deferred message', () => {
  it('tells the same under the same ids and times when the same fact comes again after a crash', async () => {
    const { heard, planner } = aPlanner();
    const deferred = aDeferred({ expiresAt: '2030-02-01T12:00:00Z' });
    heard.down = true;
    await expect(planner.plan(deferred)).rejects.toThrow(InfrastructureDown);
    heard.down = false;
    await planner.plan(deferred);
    await planner.plan(deferred);
    expect(heard.told).toHaveLength(2);
    expect(heard.told[1]).toEqual(heard.told[0]);
  });

  it('says of a message given back, whose hop was decided otherwise, that it does not go again', async () => {
    class DecidedOtherwise extends Decisions {
      decideOnce = () => Promise.resolve(undefined);
    }
    const { heard, planner } = aPlanner(new DecidedOtherwise());
    await planner.plan(aDeferred({ takenBack: true, hop: 3 }));
    expect(heard.told).toMatchObject([{ status: 'failed', final: true, hop: 3, source: 'retry', failure: { code: 'ECONNREFUSED' } }]);
    await planner.plan(aDeferred());
    expect(heard.told).toHaveLength(1);
  });

  it('tells the final status and writes a dead letter when it gives up', async () => {
    const { heard, planner } = aPlanner();
    await planner.plan(aDeferred({ expiresAt: '2020-01-01T00:00:00Z', failure: aFailure() }));
    expect(heard.told).toMatchObject([{ status: 'expired', final: true }, { reason: 'expired' }]);
  });

  it('is silent about a fact that a later one has overtaken', async () => {
    class Overtaken extends Decisions {
      async decideOnce(): Promise<undefined> {}
    }
    const { heard, planner } = aPlanner(new Overtaken());
    await planner.plan(aDeferred());
    expect(heard.told).toEqual([]);
  });
});
