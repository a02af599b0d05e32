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

/** Called once, with the result where there is one: it says how the provider does, and frees the place. */
export type Leave = (result?: SendResult) => void;

export type Entry =
  | { entered: true; leave: Leave }
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

  /** Whether a provider's circuit lets no call through now: of a half-open one, where all its probes are out. */
  isOpen(provider: string): boolean {
    const { circuit } = this.watched.get(provider) ?? this.watch(provider);
    return circuit.state !== 'closed' && routingState(circuit, this.options.limits, this.now()) === 'open';
  }

  /** For the readiness: which circuits let no call through, or only probes. Undefined: none. */
  concern(): { meaning: string; remedy: string } | undefined {
    const failing = [...this.watched].filter(([, { circuit }]) => circuit.state !== 'closed').map(([name]) => name);
    if (failing.length === 0) return undefined;
    return {
      meaning: `Calls to ${failing.join(' and ')} fail: this replica sends there only to find out whether they work.`,
      remedy:
        'What can go by another provider does; the rest waits. Look at the provider’s status page, and whether other ' +
        'replicas reach it: where they do, it is the network of this one.',
    };
  }

  /** Whether there is a place now, and nobody waits for one. */
  isFree(provider: string): boolean {
    return (this.watched.get(provider) ?? this.watch(provider)).bulkhead.isFree;
  }

  /** A place that is free now (`isFree`); undefined where the circuit lets no call through. */
  enterAtOnce(provider: string): Leave | undefined {
    const watched = this.watched.get(provider) ?? this.watch(provider);
    return watched.bulkhead.takeFree() ? this.passCircuit(provider, watched) : undefined;
  }

  /**
   * A place for one call. The circuit is asked once the place is there, since it may have opened meanwhile.
   * @param patienceMs how long to wait for a place, in milliseconds
   */
  async enter(provider: string, lane: Lane, timeoutMs: number): Promise<Entry> {
    const watched = this.watched.get(provider) ?? this.watch(provider);
    if (!(await watched.bulkhead.take(lane, this.options.stopping.aborted ? 0 : timeoutMs)))
      return { entered: false, why: 'full' };
    const leave = this.passCircuit(provider, watched);
    return leave ? { entered: true, leave } : { entered: false, why: 'circuit-open' };
  }

  private passCircuit(provider: string, watched: Watched): Leave | undefined {
    const admitted = admitCall(watched.circuit, this.options.limits, this.now());
    if (!admitted) {
      watched.bulkhead.give();
      return undefined;
    }
    watched.circuit = admitted.circuit;
    return (result) => this.leave(provider, watched, admitted.passage, result);
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
