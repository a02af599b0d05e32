import { type ConsideredProvider, nearestInstant, type PauseChanged } from '#libs/contracts';
import type { Clock } from '../clock.ts';
import { wordsOfPause } from '../controls/control.policy.ts';
import type { Candidate } from './candidates.ts';
import type { ProviderHealth } from './health/provider-health.ts';
import type { HeldProviders } from './holds/held-providers.ts';
import type { Permits } from './permits/permits.service.ts';

export interface ObstaclesOptions {
  health: Pick<ProviderHealth, 'isOpen' | 'isFree'>;
  holds: Pick<HeldProviders, 'stateOf'>;
  permits: Pick<Permits, 'turnAt'>;
  clock: Clock;
}

/** Why a candidate takes no call now. */
export interface Obstacle {
  why: string;
  /** Trouble of the provider: others may help, and nothing that we wait for is our own. */
  ofOthers: boolean;
  /** When it is over, on the steady clock, in milliseconds; Infinity: not known. */
  until: number;
  /** What ends it, where that can be waited for. */
  end?: Promise<void>;
}

/** A provider, and the sender that a call to it would have. */
interface Place {
  provider: { name: string };
  request: { sender?: string | undefined };
  paused?: PauseChanged | undefined;
}

/** About how long a call takes that probes. */
const PROBE_MS = 200;

/** Why candidates take no call now, and until when. It takes nothing. */
export class Obstacles {
  private readonly options: ObstaclesOptions;
  private readonly clock: Clock;

  constructor(options: ObstaclesOptions) {
    this.options = options;
    this.clock = options.clock;
  }

  /** Trouble of the provider itself: a pause, a hold or an open circuit. */
  troubleOf({ provider: { name }, request, paused }: Place): Obstacle | undefined {
    const { health, holds } = this.options;
    const pause = paused && this.pauseOf(paused);
    if (pause) return pause;
    const hold = holds.stateOf(name, request.sender);
    if (hold.state === 'held')
      return { why: `held after ${hold.code}: ${hold.meaning}`, ofOthers: true, until: hold.until };
    if (hold.state === 'probing')
      return {
        why: 'its hold is over, and another call finds out whether it takes calls again',
        ofOthers: true,
        until: this.clock.steady() + PROBE_MS,
        end: hold.verdict,
      };
    if (health.isOpen(name)) return { why: 'its circuit is open: calls to it fail', ofOthers: true, until: Infinity };
    return undefined;
  }

  /** What stands between a candidate and a call; it is over at once where nothing does. */
  obstacleOf(candidate: Candidate<unknown>): Obstacle {
    const trouble = this.troubleOf(candidate);
    if (trouble) return trouble;
    const { health, permits } = this.options;
    const turnAt = permits.turnAt(candidate.request);
    if (health.isFree(candidate.provider.name) || turnAt > this.clock.steady())
      return { why: 'its turn under a rate limit has not come', ofOthers: false, until: turnAt };
    return { why: 'too many calls to it are out', ofOthers: false, until: turnAt };
  }

  /** Undefined: its end has passed. */
  private pauseOf(pause: PauseChanged): Obstacle | undefined {
    const leftMs = pause.until === undefined ? Infinity : Date.parse(pause.until) - this.clock.now();
    return leftMs > 0 ? { why: wordsOfPause(pause), ofOthers: true, until: this.clock.steady() + leftMs } : undefined;
  }

  /** A candidate that is not taken, as the timeline shows it. */
  passedOver({ provider }: Pick<Place, 'provider'>, { why, until }: Obstacle): ConsideredProvider {
    const inMs = until - this.clock.steady();
    const isAhead = Number.isFinite(inMs) && inMs > 0;
    return {
      provider: provider.name,
      taken: false,
      why,
      ...(isAhead && { until: nearestInstant(this.clock.now() + inMs) }),
    };
  }
}
