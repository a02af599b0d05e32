import type { Lane } from '#libs/contracts';
import { rateOf } from './bucket.policy.ts';
import { BucketLimit, type Limit, SenderLimit } from './limits.ts';
import type { SenderReservations } from '../reservations/sender-reservations.port.ts';
import { type Flow, flowReadyAt, WaitingRoom } from './waiting-room.ts';

export interface PermitsOptions {
  /** Calls a second by provider, of all replicas together; one that is not named is unlimited. */
  providerRates: ReadonlyMap<string, number>;
  tenantRatePerS: number | undefined;
  /** Messages a second by sender; `*` is every other sender. */
  senderRates: ReadonlyMap<string, number>;
  reservations: SenderReservations;
  reservationMs: number;
  burstMs: number;
  /** Nobody waits any longer once it is aborted. */
  stopping: AbortSignal;
  /** Called when Postgres could not be asked for a slice. */
  onError?: (error: unknown) => void;
  /** Milliseconds since 1970; never goes back. */
  now?: () => number;
}

export interface PermitRequest {
  provider: string;
  tenant: string;
  /** Undefined: the provider picks one. */
  sender: string | undefined;
  lane: Lane;
}

/** Times are in ms since 1970, on the steady clock. */
export interface PermitWait extends PermitRequest {
  /** The latest time at which a permit is still of use. */
  notAfter: number;
}

/** Past so many tenants or senders, those that nothing need be known of are forgotten. */
const MOST_REMEMBERED = 10_000;

/**
 * Tokens that come faster are handed out together: looking over all who wait costs more than these milliseconds are
 * worth.
 */
const TICK_MS = 5;

/** More than any claim lasts, and what a timer can hold. */
const LONGEST_WAIT_MS = 3_600_000;

/** How fast messages may go: by provider, tenant and sender, the urgent ones first. */
export class Permits {
  private readonly options: PermitsOptions;
  private readonly now: () => number;
  private readonly providers = new Map<string, BucketLimit>();
  private readonly tenants = new Map<string, BucketLimit>();
  private readonly senders = new Map<string, SenderLimit>();
  private readonly room = new WaitingRoom();
  private readonly waiting = new Set<() => void>();
  private share = 1;
  private timer: NodeJS.Timeout | undefined;
  private wakeAt = Infinity;

  constructor(options: PermitsOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.timeOrigin + performance.now());
    options.stopping.addEventListener('abort', () => this.sendAllAway(), { once: true });
  }

  /** Takes a permit where all that it needs is there now and nobody waits; false: nothing is taken. */
  takeAtOnce(request: PermitRequest): boolean {
    if (!this.room.isEmpty) return false;
    const now = this.now();
    return takeWhereReady({ lane: request.lane, limits: this.limitsOf(request, now) }, now);
  }

  /**
   * Waits for its turn. Never throws.
   * @returns false at once where its turn would come too late, and as soon as the service stops
   */
  take(request: PermitWait): Promise<boolean> {
    const now = this.now();
    const flow: Flow = { lane: request.lane, limits: this.limitsOf(request, now) };
    if (this.room.isEmpty && takeWhereReady(flow, now)) return Promise.resolve(true);
    // It would start at once elsewhere: another replica, or this one when it is back.
    if (this.options.stopping.aborted) return Promise.resolve(false);
    return new Promise((resolve) => this.wait(request, flow, resolve));
  }

  /** About when one more message would have its turn, in ms since 1970. It takes nothing. */
  turnAt(request: PermitRequest): number {
    const now = this.now();
    return worstOf({ lane: request.lane, limits: this.limitsOf(request, now) }, now, 1).turnAt;
  }

  /**
   * A time to ask again, in ms since 1970, for a message whose turn comes too late to wait for it: one after the other,
   * at the pace of the limit.
   */
  appoint(request: PermitRequest): number {
    const now = this.now();
    if (this.options.stopping.aborted) return now;
    const { limit, turnAt } = worstOf({ lane: request.lane, limits: this.limitsOf(request, now) }, now, 1);
    return Math.ceil(limit.appoint(request.lane, turnAt, now));
  }

  /** Gives back what was taken and not used. */
  giveBack(request: PermitRequest): void {
    const now = this.now();
    for (const limit of this.limitsOf(request, now)) limit.giveBack(now);
    this.pump();
  }

  /** This replica's part of the rates, from 0 to 1 (shareOf); at first 1. */
  setShare(share: number): void {
    this.share = share;
    const now = this.now();
    for (const [provider, limit] of this.providers) limit.change(this.providerRate(provider), now);
    for (const limit of this.tenants.values()) limit.change(this.tenantRate(), now);
    this.pump();
  }

  /** Leaves a provider alone until a time, in ms since 1970: it asked for that. */
  hold(provider: string, until: number): void {
    this.providerLimit(provider, this.now()).hold(until);
    this.pump();
  }

  private wait(
    { provider, tenant, sender, notAfter }: PermitWait,
    flow: Flow,
    resolve: (isGranted: boolean) => void,
  ): void {
    const end = (isGranted: boolean) => {
      clearTimeout(timeout);
      this.waiting.delete(sendAway);
      resolve(isGranted);
    };
    const sendAway = () => {
      leave();
      end(false);
    };
    const timeout = setTimeout(sendAway, Math.min(LONGEST_WAIT_MS, Math.max(0, notAfter - this.now())));
    this.waiting.add(sendAway);
    const key = JSON.stringify([tenant, sender, provider, flow.lane]);
    const isFirst = !this.room.has(key);
    const leave = this.room.join(key, flow, () => end(true));
    if (isFirst) this.look(flow);
    if (this.waiting.has(sendAway) && worstOf(flow, this.now()).turnAt > notAfter) sendAway();
  }

  /** Lets go whoever may, asks for slices where they are missing, and comes back when the next may go. */
  private pump(): void {
    const now = this.now();
    clearTimeout(this.timer);
    this.room.letGo(now);
    this.room.refill(now);
    this.wakeAt = Infinity;
    this.comeBack(this.room.nextAt(now), now);
  }

  /** As `pump`, where only this flow is new: mostly it is not ready, and the others need no look. */
  private look(flow: Flow): void {
    const now = this.now();
    const readyAt = flowReadyAt(flow, now);
    if (readyAt <= now) return this.pump();
    for (const limit of flow.limits) limit.refill(now);
    this.comeBack(readyAt, now);
  }

  private comeBack(at: number, now: number): void {
    if (at >= this.wakeAt) return;
    clearTimeout(this.timer);
    this.wakeAt = at;
    this.timer = setTimeout(() => this.pump(), Math.min(60_000, Math.max(TICK_MS, Math.ceil(at - now))));
    // Nobody may be waiting any more when it fires: it alone keeps no process alive (each waiting one has a timer of
    // its own).
    this.timer.unref();
  }

  private sendAllAway(): void {
    for (const sendAway of this.waiting) sendAway();
    clearTimeout(this.timer);
  }

  private limitsOf({ provider, tenant, sender }: PermitRequest, now: number): Limit[] {
    const limits: Limit[] = [this.providerLimit(provider, now)];
    if (this.options.tenantRatePerS !== undefined)
      limits.push(remembered(this.tenants, tenant, now, () => new BucketLimit(this.tenantRate(), now)));
    const perS =
      sender === undefined ? undefined : (this.options.senderRates.get(sender) ?? this.options.senderRates.get('*'));
    if (sender !== undefined && perS !== undefined)
      limits.push(remembered(this.senders, sender, now, () => this.senderLimit(sender, perS)));
    return limits;
  }

  private providerLimit(provider: string, now: number): BucketLimit {
    return remembered(this.providers, provider, now, () => new BucketLimit(this.providerRate(provider), now));
  }

  private senderLimit(sender: string, perS: number): SenderLimit {
    const { reservations, reservationMs, onError = () => undefined } = this.options;
    return new SenderLimit({
      reservations,
      sender,
      perS,
      reservationMs,
      now: this.now,
      onChange: () => this.pump(),
      onError,
    });
  }

  private providerRate = (provider: string) =>
    rateOf(this.options.providerRates.get(provider), this.options.burstMs, this.share);
  private tenantRate = () => rateOf(this.options.tenantRatePerS, this.options.burstMs, this.share);
}

function takeWhereReady(flow: Flow, now: number): boolean {
  if (flowReadyAt(flow, now) > now) return false;
  for (const limit of flow.limits) limit.take(now);
  return true;
}

/** The limit that makes a flow wait longest. @param more messages that do not wait yet */
function worstOf({ lane, limits }: Flow, now: number, more = 0): { limit: Limit; turnAt: number } {
  const turns = limits.map((limit) => ({ limit, turnAt: limit.turnAt(lane, now, more) }));
  return turns.reduce((worst, turn) => (turn.turnAt > worst.turnAt ? turn : worst));
}

function remembered<L extends Limit>(limits: Map<string, L>, key: string, now: number, make: () => L): L {
  const known = limits.get(key);
  if (known) return known;
  if (limits.size >= MOST_REMEMBERED) for (const [name, limit] of limits) if (limit.isIdle(now)) limits.delete(name);
  const limit = make();
  limits.set(key, limit);
  return limit;
}
