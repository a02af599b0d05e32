import type { SendResult } from '#libs/providers';
import type { Clock } from '../../clock.ts';
import { holdLength, holdOf, type HoldRequest, scopesOf } from './hold.policy.ts';
import type { HoldLimits } from './holds.config.ts';
import type { Hold, HoldPlace, Holds } from './holds.port.ts';

export interface HeldProvidersOptions {
  /** The account in use, by provider. */
  accounts: ReadonlyMap<string, string>;
  holds: Pick<Holds, 'hold' | 'lift'>;
  limits: HoldLimits;
  clock: Clock;
  /** Called when a hold could not be written or lifted: it counts in this replica alone. */
  onError?: (error: unknown) => void;
}

/** Why a provider takes no call now. */
export type HoldState =
  | { state: 'open' }
  /** `until`: on the steady clock, in milliseconds. */
  | { state: 'held'; until: number; meaning: string; code: string }
  /** The time of a hold is over, and one call of this replica finds out whether the provider takes calls again. */
  | { state: 'probing'; verdict: Promise<void> };

/** How a call was let through: the holds that it probes. */
export interface Passage {
  provider: string;
  sender: string | undefined;
  probes: readonly Probe[];
}

/** What one call finds out. Another hold may have taken the place of this one as it ends. */
export interface Probe {
  entry: HoldEntry;
  holdId: string | undefined;
}

export interface HoldEntry extends HoldPlace {
  hold: Hold | undefined;
  /** When the hold's time is over, on the steady clock. */
  until: number;
  /** Set by an answer that this replica has had; the row of it may not be written yet. */
  ownUntil: number;
  meaning: string;
  code: string;
  probe: { verdict: Promise<void>; end: () => void } | undefined;
}

const open: HoldState = { state: 'open' };
const unprobed: readonly Probe[] = [];

/**
 * Which providers are held, as this replica knows it: from the rows that come with each claim, and from the answers of
 * its own calls. Once the time of a hold is over, one call at a time probes; only such a call lifts.
 */
export class HeldProviders {
  /** Called with each change of a hold that this replica comes to know. */
  onChange: ((hold: Hold) => void) | undefined;
  private readonly options: HeldProvidersOptions;
  private readonly entries = new Map<string, HoldEntry>();

  constructor(options: HeldProvidersOptions) {
    this.options = options;
  }

  /** Whether calls of a sender may go to a provider now; it takes nothing. */
  stateOf(provider: string, sender: string | undefined): HoldState {
    if (this.entries.size === 0) return open;
    const now = this.options.clock.steady();
    let state: HoldState = open;
    for (const entry of this.entriesOf(provider, sender)) {
      const until = Math.max(entry.until, entry.ownUntil);
      if (until > now && (state.state !== 'held' || until > state.until))
        state = { state: 'held', until, meaning: entry.meaning, code: entry.code };
      else if (entry.probe && state.state === 'open') state = { state: 'probing', verdict: entry.probe.verdict };
    }
    return state;
  }

  /** Lets a call through that `stateOf` has found open; where the time of a hold is over, it is the probe. */
  enter(provider: string, sender: string | undefined): Passage {
    if (this.entries.size === 0) return { provider, sender, probes: unprobed };
    const halfOpen = this.entriesOf(provider, sender).filter(isHalfOpen);
    for (const entry of halfOpen) {
      const { promise, resolve } = Promise.withResolvers<void>();
      entry.probe = { verdict: promise, end: resolve };
    }
    return { provider, sender, probes: halfOpen.map((entry) => ({ entry, holdId: entry.hold?.id })) };
  }

  /** Once for each passage, with the result where the call was made. */
  leave({ provider, sender, probes }: Passage, result: SendResult | undefined): void {
    const request = result && holdOf(result, provider, sender, this.options.limits, this.options.clock.now());
    if (request) this.hold(request);
    for (const { entry, holdId } of probes) {
      // A refusal of one sender is an answer of the account.
      const isRefused = request !== undefined && (request.scope === 'all' || entry.scope !== 'all');
      if (result && !isRefused && isAnswer(result) && entry.hold?.id === holdId) this.lift(entry);
      const { probe } = entry;
      entry.probe = undefined;
      probe?.end();
    }
  }

  /** Takes in the rows that a claim has read. A change that is older than what is known changes nothing. */
  take(holds: readonly Hold[]): void {
    for (const hold of holds) this.apply(hold);
  }

  /** All holds that last, with how long they still do by this replica's clock. */
  lasting(): { hold: Hold; leftMs: number }[] {
    const now = this.options.clock.steady();
    return this.all().flatMap(({ hold, until, ownUntil }) => {
      const leftMs = Math.max(until, ownUntil) - now;
      return hold?.state === 'held' ? [{ hold, leftMs: Math.max(0, leftMs) }] : [];
    });
  }

  /** Every hold that is known, whatever its state. */
  protected all(): HoldEntry[] {
    return [...this.entries.values()];
  }

  private entriesOf(provider: string, sender: string | undefined): HoldEntry[] {
    const account = this.accountOf(provider);
    return scopesOf(sender).flatMap((scope) => this.entries.get(nameOf({ provider, account, scope })) ?? []);
  }

  private hold(request: HoldRequest): void {
    const place = { provider: request.provider, account: this.accountOf(request.provider), scope: request.scope };
    const now = this.options.clock.steady();
    const entry = this.entryOf(place);
    const ownUntil = now + holdLength(request, 1);
    const heldUntil = Math.max(entry.until, entry.ownUntil);
    // Many calls may be out as a provider begins to refuse, and the members of one call share its answer: the first
    // speaks for them all.
    if (heldUntil > now && ownUntil <= heldUntil + 1_000) return;
    entry.ownUntil = Math.max(entry.ownUntil, ownUntil);
    entry.meaning = request.failure.meaning;
    entry.code = request.failure.code;
    this.options.holds
      .hold({ ...request, ...place })
      .then((hold) => this.apply(hold))
      .catch((error: unknown) => this.options.onError?.(error));
  }

  private lift({ hold }: HoldEntry): void {
    if (!hold) return;
    this.apply({ ...hold, state: 'lifted', leftMs: 0 });
    this.options.holds
      .lift(hold.id)
      .then((lifted) => lifted && this.apply(lifted))
      .catch((error: unknown) => this.options.onError?.(error));
  }

  private apply(hold: Hold): void {
    const entry = this.entryOf(hold);
    if (entry.hold && hold.seq < entry.hold.seq) return;
    const isNew = !entry.hold || hold.seq > entry.hold.seq;
    // Read again, the same state may only end sooner: the answer took its time.
    if (!isNew && hold.state === entry.hold!.state) return;
    entry.hold = hold;
    entry.until = hold.state === 'held' ? this.options.clock.steady() + hold.leftMs : 0;
    if (isNew) entry.ownUntil = 0;
    entry.meaning = hold.meaning;
    entry.code = hold.code;
    if (isNew) this.onChange?.(hold);
  }

  private entryOf({ provider, account, scope }: HoldPlace): HoldEntry {
    const name = nameOf({ provider, account, scope });
    const known = this.entries.get(name);
    if (known) return known;
    const entry = {
      provider,
      account,
      scope,
      hold: undefined,
      until: 0,
      ownUntil: 0,
      meaning: '',
      code: '',
      probe: undefined,
    };
    this.entries.set(name, entry);
    return entry;
  }

  private accountOf(provider: string): string {
    return this.options.accounts.get(provider) ?? '';
  }
}

const nameOf = ({ provider, account, scope }: HoldPlace): string => `${provider} ${account} ${scope}`;

/** Its time is over, and nobody has found out yet whether the provider takes calls again. */
const isHalfOpen = ({ hold, probe }: HoldEntry): boolean => hold?.state === 'held' && !probe;

/** Only what the provider itself has answered says that it takes calls again. */
const isAnswer = (result: SendResult): boolean =>
  result.sent || (result.failure.kind !== 'unknown' && result.failure.httpStatus !== undefined);
