import type { Lane } from '#libs/contracts';
import type { SendResult } from '#libs/providers';
import {
  admitCall,
  type Circuit,
  type CircuitState,
  closedCircuit,
  type Passage,
  recordCall,
  routingState,
} from './breaker.policy.ts';
import { Bulkhead } from './bulkhead.ts';
import type { BreakerLimits } from './health.config.ts';
import { verdictOf } from './verdict.policy.ts';

export interface ProviderHealthOptions {
  /** Names of the channel's providers. */
  providers: readonly string[];
  limits: BreakerLimits;
  /** Most calls in flight to one provider. */
  calls: number;
  /** Nobody waits for a place any longer once it is aborted. */
  stopping: AbortSignal;
  /** Called when a circuit opens or closes. */
  onChange?: (provider: string, state: CircuitState) => void;
  /** Milliseconds from any origin; never goes back. */
  now?: () => number;
}

export type Entry =
  /**
   * `leave` must be called once, with the result where there is one: it says how the provider does, and frees the
   * place.
   */
  | { entered: true; leave: (result?: SendResult) => void }
  /** `circuit-open`: choose again; `full`: no place came free in time, or the service stops. */
  | { entered: false; why: 'circuit-open' | 'full' };

interface Watched {
  circuit: Circuit;
  bulkhead: Bulkhead;
}

/** How each provider does, and how many calls are out to it. Lives in one replica: each finds out by itself. */
export class ProviderHealth {
  private readonly options: ProviderHealthOptions;
  private readonly now: () => number;
  private readonly watched = new Map<string, Watched>();

  constructor(options: ProviderHealthOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
    for (const name of options.providers) this.watch(name);
    options.stopping.addEventListener('abort', () => this.dismissAll(), { once: true });
  }

  /** The circuits as routing sees them: `half-open` only while one more probe may go. */
  snapshot(): ReadonlyMap<string, CircuitState> {
    const now = this.now();
    return new Map(
      [...this.watched].map(([name, { circuit }]) => [name, routingState(circuit, this.options.limits, now)]),
    );
  }

  /**
   * A place for one call. The circuit is asked once the place is there, since it may have opened meanwhile.
   * @param patienceMs how long to wait for a place, in milliseconds
   */
  async enter(provider: string, lane: Lane, timeoutMs: number): Promise<Entry> {
    const watched = this.watched.get(provider) ?? this.watch(provider);
    if (!(await watched.bulkhead.take(lane, this.options.stopping.aborted ? 0 : timeoutMs)))
      return { entered: false, why: 'full' };
    const admitted = admitCall(watched.circuit, this.options.limits, this.now());
    if (!admitted) {
      watched.bulkhead.give();
      return { entered: false, why: 'circuit-open' };
    }
    watched.circuit = admitted.circuit;
    return { entered: true, leave: (result) => this.leave(provider, watched, admitted.passage, result) };
  }

  private leave(provider: string, watched: Watched, passage: Passage, result: SendResult | undefined): void {
    const before = watched.circuit.state;
    watched.circuit = recordCall(watched.circuit, passage, verdictOf(result), this.options.limits, this.now());
    watched.bulkhead.give();
    if (watched.circuit.state !== before) this.options.onChange?.(provider, watched.circuit.state);
  }

  private watch(name: string): Watched {
    const watched = { circuit: closedCircuit, bulkhead: new Bulkhead(this.options.calls) };
    this.watched.set(name, watched);
    return watched;
  }

  private dismissAll(): void {
    for (const { bulkhead } of this.watched.values()) bulkhead.dismiss();
  }
}
