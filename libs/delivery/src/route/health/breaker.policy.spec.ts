import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { admitCall, type Circuit, closedCircuit, recordCall, routingState, type Verdict } from './breaker.policy.ts';
import type { BreakerLimits } from './health.config.ts';

const limits: BreakerLimits = {
  consecutive: 3,
  ratio: 0.5,
  minCalls: 10,
  windowMs: 10_000,
  openMs: 1_000,
  maxOpenMs: 3_000,
  probes: 2,
};

/** Calls one after another, `everyMs` apart. */
function after(verdicts: readonly Verdict[], { from = closedCircuit as Circuit, at = 0, everyMs = 100 } = {}): Circuit {
  return verdicts.reduce<Circuit>((circuit, verdict, index) => {
    const now = at + index * everyMs;
    const admitted = admitCall(circuit, limits, now);
    return admitted ? recordCall(admitted.circuit, admitted.passage, verdict, limits, now) : circuit;
  }, from);
}
const times = (count: number, verdict: Verdict) => Array.from({ length: count }, () => verdict);
const open = after(times(3, 'failing'));
const mixed = (count: number) =>
  Array.from({ length: count }, (_, index): Verdict => (index % 2 ? 'failing' : 'healthy'));

describe('a provider’s circuit', () => {
  it('opens after so many failures in a row', () => {
    expect(after(times(2, 'failing')).state).toBe('closed');
    expect(open).toEqual({ state: 'open', until: 1_200, round: 1 });
  });

  it('is not moved by results that say nothing of the provider', () => {
    expect(after(['failing', 'neutral', 'failing', 'neutral']).state).toBe('closed');
    expect(after(['failing', 'neutral', 'failing', 'neutral', 'failing']).state).toBe('open');
    expect(after(['failing', 'failing', 'healthy', 'failing', 'failing']).state).toBe('closed');
  });

  it('opens when too great a part of the window failed, but not on a few calls or on old ones', () => {
    expect(after(mixed(8)).state).toBe('closed');
    expect(after(mixed(12)).state).toBe('open');
    expect(after(mixed(30), { everyMs: 1_200 }).state).toBe('closed');
  });

  it('lets no call through until its time is over, then only probes', () => {
    expect(admitCall(open, limits, 1_199)).toBeUndefined();
    expect([routingState(open, limits, 1_199), routingState(open, limits, 1_200)]).toEqual(['open', 'half-open']);
    const first = admitCall(open, limits, 1_200)!;
    const second = admitCall(first.circuit, limits, 1_200)!;
    expect(routingState(second.circuit, limits, 1_200)).toBe('open');
    expect(admitCall(second.circuit, limits, 1_200)).toBeUndefined();
  });

  it('closes when its probes succeed', () => {
    expect(after(['healthy'], { from: open, at: 2_000 }).state).toBe('half-open');
    expect(after(['healthy', 'healthy'], { from: open, at: 2_000 })).toEqual(closedCircuit);
  });

  it('opens again for twice as long when a probe fails, up to a longest time', () => {
    const second = after(['failing'], { from: open, at: 2_000 });
    expect(second).toEqual({ state: 'open', until: 4_000, round: 2 });
    const third = after(['failing'], { from: second, at: 4_000 });
    expect(third).toEqual({ state: 'open', until: 7_000, round: 3 });
  });

  it('gives the place of a probe that said nothing to another one', () => {
    const first = admitCall(open, limits, 2_000)!;
    const second = admitCall(first.circuit, limits, 2_000)!;
    const back = recordCall(second.circuit, second.passage, 'neutral', limits, 2_100);
    expect(routingState(back, limits, 2_100)).toBe('half-open');
  });

  it('does not listen to calls from before it opened, nor to probes of an earlier round', () => {
    const probe = admitCall(open, limits, 2_000)!;
    expect(recordCall(probe.circuit, { as: 'call' }, 'failing', limits, 2_100)).toBe(probe.circuit);
    const later = admitCall(after(['failing'], { from: open, at: 2_000 }), limits, 9_000)!;
    expect(recordCall(later.circuit, probe.passage, 'failing', limits, 9_100)).toBe(later.circuit);
  });

  it('never stays shut for ever, whatever the results, and never has more probes out than allowed', () => {
    const results = fc.array(
      fc.record({
        verdict: fc.constantFrom<Verdict>('healthy', 'failing', 'neutral'),
        waitMs: fc.integer({ min: 0, max: 2_000 }),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(results, (steps) => {
        let circuit: Circuit = closedCircuit;
        let now = 0;
        for (const { verdict, waitMs } of steps) {
          now += waitMs;
          const admitted = admitCall(circuit, limits, now);
          if (admitted) circuit = recordCall(admitted.circuit, admitted.passage, verdict, limits, now);
          if (circuit.state === 'half-open') expect(circuit.probing).toBe(0);
        }
        expect(admitCall(circuit, limits, now + limits.maxOpenMs)).toBeDefined();
      }),
    );
  });
});
