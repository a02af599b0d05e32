import type { Channel } from '#libs/contracts';
import { attemptsIn } from '../../src/counts/attempts.policy.ts';
import { type Cell, dayOf, readCell, writeCell } from '../../src/counts/cell.ts';
import { bounded, cellOf, keptValue, OTHER } from '../../src/counts/cell.policy.ts';
import { type Changes, changesOf, Tally } from '../../src/counts/changes.policy.ts';
import { makesMessage, withinBounds } from '../../src/projection/admission.policy.ts';
import type { KeptFact } from '../../src/projection/fact.ts';
import { deriveState } from '../../src/projection/state.policy.ts';
import type { Rules } from './rules.ts';

export interface ModelMessage {
  id: string;
  of: { tenant: string; channel: Channel };
  period: number;
  facts: KeptFact[];
  cell: string | undefined;
}

/** So many values of a dimension are counted apart in this small world. */
const MOST_VALUES = 1;

/** The tables of reporting in memory. What decides is the code that decides in the service. */
export class World {
  readonly messages = new Map<string, ModelMessage>();
  readonly rows = new Map<string, number[]>();
  readonly waiting: { id: string; fact: KeptFact; since: number }[] = [];
  readonly made = new Map<string, number>();
  attempts = 0;
  /** How often a message left a value that it was counted with. */
  moved = 0;
  period = 0;
  private readonly goneDays = new Set<string>();
  private readonly values = new Map<string, Set<string>>();
  /** Only where facts lie in the period of their own time. */
  private readonly byOwnTime = new Set<string>();

  constructor(private readonly rules: Rules) {}

  /** A fact, in one transaction under the lock of its message. */
  project(id: string, of: ModelMessage['of'], fact: KeptFact, now: number): void {
    let message = this.messages.get(id);
    if (!message) {
      if (this.rules.receiptsWait && !makesMessage(fact)) return void this.waiting.push({ id, fact, since: now });
      message = { id, of, period: this.period, facts: [], cell: undefined };
      this.messages.set(id, message);
      this.made.set(id, (this.made.get(id) ?? 0) + 1);
    }
    const returned = this.rules.waitingJoin ? this.takeWaiting(id) : [];
    this.store(message, [fact, ...returned]);
  }

  /** Folds a message anew: a portion of a rebuild. */
  fold(message: ModelMessage): void {
    const after = deriveState(message.facts);
    const from = message.cell === undefined ? undefined : readCell(message.cell);
    const raw = cellOf(message.of, after, message.facts);
    const to = bounded(raw, (dimension, value) => {
      const kept = this.rules.keptValues ? keptValue(from, raw, dimension, value) : undefined;
      return kept ?? (this.admits(raw, dimension, value) ? value : OTHER);
    });
    this.add(changesOf([{ from: this.rules.storedCell ? from : from && { ...to, status: from.status }, to }]));
    if (from && from.template !== '' && dayOf(from) === dayOf(to) && from.template !== to.template) this.moved += 1;
    message.cell = writeCell(to);
  }

  /** Reads what the messages of a day say. */
  readDay(day: string): Changes {
    const tally = new Tally();
    for (const { cell } of this.messages.values())
      if (cell !== undefined && dayOf(readCell(cell)) === day) tally.add(readCell(cell), 1);
    return tally.changes;
  }

  mayRecount(day: string): boolean {
    return !this.rules.keepFinal || !this.goneDays.has(day);
  }

  /** Puts the counts of a day in place of those that are there. */
  writeDay(day: string, counts: Changes): void {
    for (const key of this.rows.keys()) if (dayOfRow(key) === day) this.rows.delete(key);
    this.add(counts);
  }

  get days(): string[] {
    return [...new Set([...this.rows.keys()].map(dayOfRow))].sort();
  }

  /** Deletes a period with its messages; what was counted stays. @returns the cells that are final now */
  drop(period: number): Cell[] {
    const gone = [...this.messages.values()].filter((message) => message.period === period);
    return gone.flatMap(({ id, cell }) => {
      this.messages.delete(id);
      if (cell === undefined) return [];
      this.goneDays.add(dayOf(readCell(cell)));
      return [readCell(cell)];
    });
  }

  giveUpWaiting(before: number): void {
    for (const each of this.waiting.slice())
      if (each.since < before) this.waiting.splice(this.waiting.indexOf(each), 1);
  }

  private takeWaiting(id: string): KeptFact[] {
    const own = this.waiting.filter((each) => each.id === id);
    for (const each of own) this.waiting.splice(this.waiting.indexOf(each), 1);
    return own.map(({ fact }) => fact);
  }

  private store(message: ModelMessage, facts: readonly KeptFact[]): void {
    const isKnown = (eventId: string) => message.facts.some((fact) => fact.eventId === eventId);
    const kept = new Map(message.cell === undefined ? [] : readCell(message.cell).engagement);
    const within = this.rules.engagementBound ? withinBounds(facts, kept, isKnown) : facts;
    const fresh = within.filter((fact) => this.isNew(message, fact));
    const counted = this.rules.attemptsOnce ? fresh : within;
    this.attempts += attemptsIn(
      counted.map((fact) => ({ of: undefined, id: message.id, fact })),
      () => message.of,
    ).length;
    if (fresh.length === 0) return;
    for (const fact of fresh) if (!isKnown(fact.eventId)) message.facts.push(fact);
    this.fold(message);
  }

  private isNew({ facts }: ModelMessage, fact: KeptFact): boolean {
    if (this.rules.ownPeriod) return !facts.some(({ eventId }) => eventId === fact.eventId);
    const place = `${fact.eventId}@${fact.at.slice(0, 10)}`;
    if (this.byOwnTime.has(place)) return false;
    this.byOwnTime.add(place);
    return true;
  }

  private admits(cell: Cell, dimension: string, value: string): boolean {
    const group = [dayOf(cell), cell.tenant, dimension].join();
    const admitted = this.values.get(group) ?? new Set<string>();
    this.values.set(group, admitted);
    if (!this.rules.keptValues) return [...admitted.add(value)].sort().indexOf(value) < MOST_VALUES;
    if (admitted.has(value)) return true;
    if (admitted.size >= MOST_VALUES) return false;
    admitted.add(value);
    return true;
  }

  private add(changes: Changes): void {
    for (const [face, rows] of changes)
      for (const { key, sums } of rows) {
        const name = [face, ...key].join('|');
        const before = this.rows.get(name) ?? sums.map(() => 0);
        const after = sums.map((sum, index) => before[index]! + sum);
        if (after.every((sum) => sum === 0)) this.rows.delete(name);
        else this.rows.set(name, after);
      }
  }
}

/** Of a key such as `messageDay|2030-01-31|…`. */
const dayOfRow = (name: string): string => name.split('|')[1]!.slice(0, 10);
