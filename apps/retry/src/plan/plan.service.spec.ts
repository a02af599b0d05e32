import {
  type DeadLetter,
  type Identity,
  InfrastructureDown,
  type SendPlanned,
  type StatusChanged,
} from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { aDeferred, aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { Answers } from '../answer/answers.port.ts';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { standardPolicy } from '../policy/standard-policy.ts';
import { type Answer, Decisions, type Question } from './decisions.port.ts';
import { thisMoment } from './moment.ts';
import { PlanService } from './plan.service.ts';

class RememberedDecisions extends Decisions {
  private readonly kept = new Map<string, Answer>();

  async decideOnce({ deferred, decide }: Question): Promise<Answer> {
    const kept = this.kept.get(deferred.eventId);
    if (kept) return { ...kept, repeated: true };
    const answer = { decision: decide({ accepted: false, cancelled: false }), repeated: false };
    this.kept.set(deferred.eventId, answer);
    return answer;
  }
}

class Heard extends OutcomePublisher {
  readonly reported: (StatusChanged | DeadLetter)[] = [];
  readonly acknowledged: SendPlanned[] = [];
  down = false;

  async facts(facts: readonly StatusChanged[]): Promise<void> {
    if (this.down) throw new InfrastructureDown('kafka', 'publish');
    this.reported.push(...facts);
  }

  async deadLetter(letter: DeadLetter): Promise<void> {
    this.reported.push(letter);
  }

  async planned(planned: SendPlanned): Promise<void> {
    this.acknowledged.push(planned);
  }

  async due(): Promise<void> {}
}

function aPlanner(decisions: Decisions = new RememberedDecisions()) {
  const heard = new Heard();
  const answered: number[] = [];
  const answers: Pick<Answers, 'note'> = {
    note: (_: Identity, hop: number) => Promise.resolve(void answered.push(hop)),
  };
  return {
    heard,
    answered,
    planner: new PlanService(
      decisions,
      heard,
      answers as Answers,
      { current: standardPolicy },
      createLogger('test', 'silent'),
      thisMoment,
    ),
  };
}

describe('Planning what follows from a deferred message', () => {
  it('reports the same under the same ids and times when the same fact comes again after a crash', async () => {
    const { heard, planner } = aPlanner();
    const deferred = aDeferred({ expiresAt: '2030-02-01T12:00:00Z' });
    heard.down = true;
    await expect(planner.plan(deferred)).rejects.toThrow(InfrastructureDown);
    heard.down = false;
    await planner.plan(deferred);
    await planner.plan(deferred);
    expect(heard.reported).toHaveLength(2);
    expect(heard.reported[1]).toEqual(heard.reported[0]);
  });

  it('says of a message given back, whose hop was decided otherwise, that it does not go again', async () => {
    class DecidedOtherwise extends Decisions {
      decideOnce = () => Promise.resolve(undefined);
    }
    const { heard, planner } = aPlanner(new DecidedOtherwise());
    await planner.plan(aDeferred({ acceptanceRevoked: true, hop: 3 }));
    expect(heard.reported).toMatchObject([
      { status: 'failed', final: true, hop: 3, source: 'retry', failure: { code: 'ECONNREFUSED' } },
    ]);
    await planner.plan(aDeferred());
    expect(heard.reported).toHaveLength(1);
  });

  it('reports the final status and writes a dead letter when it gives up', async () => {
    const { heard, planner } = aPlanner();
    await planner.plan(aDeferred({ expiresAt: '2020-01-01T00:00:00Z', failure: aFailure() }));
    expect(heard.reported).toMatchObject([{ status: 'expired', final: true }, { reason: 'expired' }]);
  });

  it('confirms to a channel that keeps a hand-over that it is decided, however often the hand-over comes', async () => {
    const { heard, planner } = aPlanner();
    const deferred = aDeferred({ messageId: 'm-1', hop: 1, acknowledge: true, expiresAt: '2030-02-01T12:00:00Z' });
    heard.down = true;
    await expect(planner.plan(deferred)).rejects.toThrow(InfrastructureDown);
    expect(heard.acknowledged).toEqual([]);
    heard.down = false;
    await planner.plan(deferred);
    await planner.plan(deferred);
    expect(heard.acknowledged).toMatchObject([
      { messageId: 'm-1', channel: 'email', hop: 1 },
      { messageId: 'm-1', hop: 1 },
    ]);
    await planner.plan(aDeferred({ hop: 2 }));
    expect(heard.acknowledged).toHaveLength(2);
  });

  it('takes a release for answered once nothing is planned after it, and that is published', async () => {
    const { heard, answered, planner } = aPlanner();
    await planner.plan(aDeferred({ hop: 2, expiresAt: '2040-02-01T12:00:00Z' }));
    expect(answered).toEqual([]);
    const late = aDeferred({ hop: 3, expiresAt: '2020-01-01T00:00:00Z' });
    heard.down = true;
    await expect(planner.plan(late)).rejects.toThrow(InfrastructureDown);
    expect(answered).toEqual([]);
    heard.down = false;
    await planner.plan(late);
    expect(answered).toEqual([3]);
  });

  it('is silent about a fact that a later one has overtaken', async () => {
    class Overtaken extends Decisions {
      async decideOnce(): Promise<undefined> {}
    }
    const { heard, planner } = aPlanner(new Overtaken());
    await planner.plan(aDeferred());
    expect(heard.reported).toEqual([]);
  });
});
