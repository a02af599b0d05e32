import { type Channel, isEngagement } from '#libs/contracts';
import { type Cell, readCell, writeCell } from '../../src/counts/cell.ts';
import { cellOf } from '../../src/counts/cell.policy.ts';
import { type Changes, Tally } from '../../src/counts/changes.policy.ts';
import { MOST_ENGAGEMENTS } from '../../src/projection/admission.policy.ts';
import type { KeptFact } from '../../src/projection/fact.ts';
import { deriveState } from '../../src/projection/state.policy.ts';
import { type Rules, violations } from './rules.ts';
import { type ModelMessage, World } from './world.ts';

const HOUR_MS = 3_600_000;
/** Hours. */
const DAY = 24;
/** Days that a period lasts, and that a closed one is kept. */
const PERIOD = 2;
const KEPT = 4;
const WAITS = 7 * DAY;
const MESSAGES = 4;

interface Report {
  id: string;
  of: ModelMessage['of'];
  fact: KeptFact;
  /** When it arrives, in hours. */
  due: number;
}

/** One random history: facts in any order and with repeats, periods, rebuilds and recounts between them. */
export class History {
  private readonly world: World;
  private readonly found = new Set<string>();
  private readonly toCome: Report[] = [];
  private readonly ended: Cell[] = [];
  private readonly random: (below: number) => number;
  /** The facts that were reported of each message, and the attempts among them. */
  private readonly reported = new Map<string, Set<string>>();
  private attempts = 0;
  /** A day that is being counted anew, as it was read. */
  private recounting: { day: string; counts: Changes } | undefined;

  constructor(
    seed: number,
    private readonly rules: Rules,
  ) {
    this.random = chance(seed);
    this.world = new World(rules);
  }

  /** @returns what was violated */
  play(): string[] {
    for (let index = 0; index < MESSAGES; index += 1) this.write(`m${index}`);
    for (const each of this.toCome.slice())
      if (this.random(4) === 0) this.toCome.push({ ...each, due: each.due + this.random(2 * DAY) });
    this.toCome.sort((a, b) => a.due - b.due);
    const end = this.toCome.at(-1)!.due + 2;
    for (let now = 0; now <= end; now += 1) this.hour(now);
    this.finishRecount();
    this.check();
    return [...this.found];
  }

  private hour(now: number): void {
    while (this.toCome[0] && this.toCome[0].due <= now) {
      const { id, of, fact } = this.toCome.shift()!;
      if (this.rules.aloneWhileRecounting) this.finishRecount();
      this.reported.set(id, (this.reported.get(id) ?? new Set<string>()).add(fact.eventId));
      this.world.project(id, of, fact, now);
    }
    if (this.random(12) === 0) this.foldOne();
    if (this.random(20) === 0) this.recount();
    if (now % (PERIOD * DAY) === 0 && now > 0) this.nextPeriod();
    this.world.giveUpWaiting(now - WAITS);
  }

  private foldOne(): void {
    const all = [...this.world.messages.values()];
    const one = all[this.random(all.length || 1)];
    if (!one) return;
    if (this.rules.aloneWhileRecounting) this.finishRecount();
    this.world.fold(one);
  }

  /** Reads a day now and writes it at once, or after what comes between where nobody keeps others away. */
  private recount(): void {
    this.finishRecount();
    const { days } = this.world;
    const day = days[this.random(days.length || 1)];
    if (day !== undefined && this.world.mayRecount(day)) this.recounting = { day, counts: this.world.readDay(day) };
    if (this.rules.aloneWhileRecounting) this.finishRecount();
  }

  private finishRecount(): void {
    if (this.recounting) this.world.writeDay(this.recounting.day, this.recounting.counts);
    this.recounting = undefined;
  }

  private nextPeriod(): void {
    this.finishRecount();
    this.world.period += 1;
    const past = this.world.period - 1 - KEPT / PERIOD;
    for (const message of this.world.messages.values()) if (message.period === past) this.checkOne(message);
    this.ended.push(...this.world.drop(past));
  }

  /** What is reported of one message, when, and in which order it is read. */
  private write(id: string): void {
    const { random } = this;
    const asked = random(3 * DAY);
    const of = { tenant: random(4) ? 'shop' : 'bank', channel: 'email' as Channel };
    const say = (more: Partial<KeptFact> & Pick<KeptFact, 'status' | 'source'>, at: number, lag: number): void => {
      const { hop = 0, source, status } = more;
      const fact = { final: false, at: timeOf(at), eventId: `${id}:${hop}:${source}:${status}`, ...more };
      this.toCome.push({ id, of, fact, due: at + random(lag) });
    };
    const request = {
      status: 'accepted',
      source: 'request',
      lane: random(2) ? 'bulk' : 'urgent',
      templates: [`t${random(4)}`],
      tags: random(2) ? ['spring', `n${random(3)}`] : [],
    } as const;
    say({ ...request, templates: [...request.templates], tags: [...request.tags] }, asked, 8);
    let hop = 1;
    if (random(3) === 0) {
      say({ status: 'retrying', source: 'email', hop, provider: 'sendgrid' }, asked + 1, 6);
      hop = 2;
    }
    this.attempts += hop;
    const provider = hop === 2 ? 'resend' : 'sendgrid';
    say({ status: 'sent', source: 'email', hop, provider }, asked + hop, 6);
    say(
      { status: random(5) ? 'delivered' : 'bounced', final: true, source: 'receipt', hop, provider },
      asked + hop + 1,
      10,
    );
    // After its message has gone as well.
    const opens = random(60) === 0 ? MOST_ENGAGEMENTS + 10 : random(3);
    const within = opens > MOST_ENGAGEMENTS ? 2 * DAY : 9 * DAY;
    for (let open = 0; open < opens; open += 1)
      say(
        { eventId: `${id}:open:${open}`, status: 'opened', source: 'receipt', hop, provider },
        asked + 2 + random(within),
        4,
      );
    // The same fact under another time: upstream repeats its request, a provider states its time anew.
    if (random(3) === 0) say({ ...request, templates: [...request.templates], tags: [] }, asked + DAY, 4);
    if (random(3) === 0) say({ status: 'sent', source: 'email', hop, provider }, asked + hop + DAY, 4);
  }

  private check(): void {
    const meant = new Tally();
    for (const cell of this.ended) meant.add(cell, 1);
    for (const { cell } of this.world.messages.values()) if (cell !== undefined) meant.add(readCell(cell), 1);
    const rows = new Map<string, string>();
    for (const [face, counted] of meant.changes)
      for (const { key, sums } of counted) rows.set([face, ...key].join('|'), sums.join());
    const kept = [...this.world.rows].map(([name, sums]) => [name, sums.join()] as const);
    if (kept.length !== rows.size || kept.some(([name, sums]) => rows.get(name) !== sums))
      this.found.add(violations.cells);
    this.checkMessages();
  }

  private checkMessages(): void {
    const { world } = this;
    if ([...world.made.values()].some((times) => times > 1)) this.found.add(violations.messages);
    if (world.made.size < MESSAGES) this.found.add(violations.fewer);
    if (world.moved > 0) this.found.add(violations.moved);
    if (world.attempts !== this.attempts) this.found.add(violations.attempts);
    for (const message of world.messages.values()) this.checkOne(message);
  }

  private checkOne({ id, of, facts, cell }: ModelMessage): void {
    // What is counted as other depends on what came before.
    const { template, tags } = readCell(cell!);
    if (writeCell({ ...cellOf(of, deriveState(facts), facts), template, tags }) !== cell)
      this.found.add(violations.state);
    const reported = [...(this.reported.get(id) ?? [])];
    const opens = reported.filter((eventId) => eventId.includes(':open:')).length;
    const kept = facts.filter(({ status }) => isEngagement(status)).length;
    if (kept > MOST_ENGAGEMENTS) this.found.add(violations.engagements);
    if (facts.length - kept !== reported.length - opens || kept < Math.min(opens, MOST_ENGAGEMENTS))
      this.found.add(violations.state);
  }
}

/** xorshift, so that a seed plays the same history again. */
function chance(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 7) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const timeOf = (hours: number): string => new Date(Date.UTC(2030, 0, 1) + hours * HOUR_MS).toISOString();
