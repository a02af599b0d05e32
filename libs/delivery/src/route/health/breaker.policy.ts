import type { BreakerLimits } from './health.config.ts';

// Our own and not cockatiel's (4.0): there a circuit past its time stays open until somebody calls through it, so no
// routing can be read from it; calls beyond the probes wait for the verdict instead of going elsewhere; a probe cannot
// end without a verdict; and the clock cannot be given.

/** What a call said of its provider. `neutral`: nothing, such as a throttled call or one that never started. */
export type Verdict = 'healthy' | 'failing' | 'neutral';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** Calls of one slice of the window. */
interface Tally {
  from: number;
  calls: number;
  failures: number;
}

/** A circuit. `round` counts how often it opened without closing in between; times are in ms. */
export type Circuit =
  | { state: 'closed'; consecutive: number; tallies: readonly Tally[] }
  | { state: 'open'; until: number; round: number }
  | { state: 'half-open'; round: number; probing: number; succeeded: number };

/**
 * How a call was let through. A probe's word decides over the round it was let through in; any other call's only while
 * closed.
 */
export type Passage = { as: 'call' } | { as: 'probe'; round: number };

export const closedCircuit: Circuit = { state: 'closed', consecutive: 0, tallies: [] };

const TALLIES_PER_WINDOW = 10;

/** The circuit as it stands now: an open one whose time is over is half open. */
export function circuitAt(circuit: Circuit, now: number): Circuit {
  if (circuit.state !== 'open' || now < circuit.until) return circuit;
  return { state: 'half-open', round: circuit.round, probing: 0, succeeded: 0 };
}

/** What routing needs to know: half open only while another probe may go. */
export function routingState(circuit: Circuit, limits: BreakerLimits, now: number): CircuitState {
  const current = circuitAt(circuit, now);
  return current.state === 'half-open' && !mayProbe(current, limits) ? 'open' : current.state;
}

/** Lets a call through, or not: undefined. */
export function admitCall(
  circuit: Circuit,
  limits: BreakerLimits,
  now: number,
): { circuit: Circuit; passage: Passage } | undefined {
  const current = circuitAt(circuit, now);
  if (current.state === 'closed') return { circuit: current, passage: { as: 'call' } };
  if (current.state === 'open' || !mayProbe(current, limits)) return undefined;
  return { circuit: { ...current, probing: current.probing + 1 }, passage: { as: 'probe', round: current.round } };
}

/** The circuit after a call ended. */
export function recordCall(
  circuit: Circuit,
  passage: Passage,
  verdict: Verdict,
  limits: BreakerLimits,
  now: number,
): Circuit {
  if (circuit.state === 'closed') return passage.as === 'call' ? recordClosed(circuit, verdict, limits, now) : circuit;
  // Calls from before it opened say nothing about the present.
  if (circuit.state === 'open' || passage.as === 'call' || passage.round !== circuit.round) return circuit;
  const probing = circuit.probing - 1;
  if (verdict === 'neutral') return { ...circuit, probing };
  if (verdict === 'failing') return opened(circuit.round + 1, limits, now);
  const succeeded = circuit.succeeded + 1;
  return succeeded >= limits.probes ? closedCircuit : { ...circuit, probing, succeeded };
}

const mayProbe = (circuit: Circuit & { state: 'half-open' }, limits: BreakerLimits) =>
  circuit.probing + circuit.succeeded < limits.probes;

function recordClosed(
  circuit: Circuit & { state: 'closed' },
  verdict: Verdict,
  limits: BreakerLimits,
  now: number,
): Circuit {
  if (verdict === 'neutral') return circuit;
  const failing = verdict === 'failing';
  const consecutive = failing ? circuit.consecutive + 1 : 0;
  const tallies = counted(circuit.tallies, failing, limits.windowMs, now);
  if (failing && (consecutive >= limits.consecutive || isOverRatio(tallies, limits))) return opened(1, limits, now);
  return { state: 'closed', consecutive, tallies };
}

function opened(round: number, { openMs, maxOpenMs }: BreakerLimits, now: number): Circuit {
  // Past thirty doublings every longest time is reached.
  return { state: 'open', round, until: now + Math.min(maxOpenMs, openMs * 2 ** Math.min(round - 1, 30)) };
}

function isOverRatio(tallies: readonly Tally[], { ratio, minCalls }: BreakerLimits): boolean {
  const calls = tallies.reduce((sum, tally) => sum + tally.calls, 0);
  const failures = tallies.reduce((sum, tally) => sum + tally.failures, 0);
  return calls >= minCalls && failures >= ratio * calls;
}

/** The window with one call more; what lies before it is forgotten. */
function counted(tallies: readonly Tally[], failing: boolean, windowMs: number, now: number): readonly Tally[] {
  const last = tallies.at(-1);
  if (last && now < last.from + windowMs / TALLIES_PER_WINDOW && tallies[0]!.from > now - windowMs)
    return tallies.with(-1, { from: last.from, calls: last.calls + 1, failures: last.failures + Number(failing) });
  const recent = tallies.filter((tally) => tally.from > now - windowMs);
  return [...recent, { from: now, calls: 1, failures: Number(failing) }];
}
