import { setImmediate as tick } from 'node:timers/promises';
import { InfrastructureDown } from '#libs/contracts';
import type { VirtualClock } from './virtual-clock.ts';

/** One running copy of a service. Killed, it never continues; paused, it continues later. */
export class Process {
  readonly name: string;
  alive = true;
  paused = false;

  constructor(name: string) {
    this.name = name;
  }

  get runs(): boolean {
    return this.alive && !this.paused;
  }
}

export type Dependency = 'postgres' | 'kafka' | 'provider';

type Answer = { value: unknown } | { error: unknown };

/** A process that awaits something: only then do others run, and only then can it be killed. */
export interface Waiting {
  owner: Process;
  what: string;
  /** Undefined: it only waits for its time. */
  on: Dependency | undefined;
  dueAt: number;
  /** Runs when the dependency handles the call. */
  effect: () => unknown;
  /** Undefined until the call has taken effect: from then on only the response is in flight. */
  answer: Answer | undefined;
  resume: (answer: Answer) => void;
}

/**
 * `whole`: it takes effect and is answered; `half`: the response stays in flight; `lost`: it takes effect, and the
 * response is an error of the connection.
 */
export type How = 'whole' | 'half' | 'lost';

/** Runs one await after another, in the order of the history. */
export class Scheduler {
  readonly down = new Set<Dependency>();
  /** What happened, for people. */
  readonly trace: string[] = [];
  private waiting: Waiting[] = [];
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** A call to something outside the process, where it can be interrupted. */
  ask<T>(owner: Process, on: Dependency, what: string, effect: () => T): Promise<T> {
    return this.add<T>({ owner, on, what, dueAt: 0, effect });
  }

  wait(owner: Process, ms: number): Promise<void> {
    return this.add<void>({
      owner,
      on: undefined,
      what: `${ms} ms`,
      dueAt: this.clock.now + ms,
      effect: () => undefined,
    });
  }

  get runnable(): Waiting[] {
    return this.waiting.filter(({ owner, dueAt }) => owner.runs && dueAt <= this.clock.now);
  }

  isBusy(owner: Process): boolean {
    return this.waiting.some((entry) => entry.owner === owner);
  }

  /** When the next wait ends; undefined where nobody waits. */
  get nextTime(): number | undefined {
    const times = this.waiting
      .filter(({ owner, dueAt }) => owner.runs && dueAt > this.clock.now)
      .map(({ dueAt }) => dueAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  advance(entry: Waiting, how: How): void {
    if (!entry.answer) {
      entry.answer = this.perform(entry);
      if (entry.on) this.say(entry, `→ ${reported(entry.answer)}${suffix[how]}`);
      if (how === 'half' && entry.on) return;
      if (how === 'lost' && (entry.on === 'postgres' || entry.on === 'kafka'))
        entry.answer = { error: new InfrastructureDown(entry.on, entry.what) };
    }
    this.waiting = this.waiting.filter((other) => other !== entry);
    entry.resume(entry.answer);
  }

  kill(owner: Process): void {
    owner.alive = false;
    this.waiting = this.waiting.filter((entry) => entry.owner !== owner);
  }

  /** Until every process awaits something again. */
  async settle(): Promise<void> {
    await tick();
  }

  say(of: { owner: Process; what: string } | undefined, words: string): void {
    this.trace.push(`${of ? `${of.owner.name}: ${of.what} ` : ''}${words}`);
  }

  private perform(entry: Waiting): Answer {
    if (entry.on === 'postgres' || entry.on === 'kafka') {
      if (this.down.has(entry.on)) return { error: new InfrastructureDown(entry.on, entry.what) };
    }
    try {
      return { value: entry.effect() };
    } catch (error) {
      return { error };
    }
  }

  private add<T>(what: Pick<Waiting, 'owner' | 'on' | 'what' | 'dueAt' | 'effect'>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const resume: Waiting['resume'] = (answer) =>
        'error' in answer ? reject(answer.error as Error) : resolve(answer.value as T);
      if (what.owner.alive) this.waiting.push({ ...what, answer: undefined, resume });
    });
  }
}

const suffix: Record<How, string> = { whole: '', half: ' (the answer is under way)', lost: ' (the answer is lost)' };

/** A response in a word or two. */
function reported(answer: Answer): string {
  if ('error' in answer) return answer.error instanceof Error ? answer.error.message : 'refused';
  const { value } = answer;
  if (value === undefined) return 'done';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { verdict, outcome, failure, found, decision, plans, sent, entered, results, refused } = value as Record<
    string,
    unknown
  >;
  if (Array.isArray(results)) return results.map((result) => reported({ value: result })).join(' and ');
  if (refused !== undefined) return `${reported({ value: refused })}, as a whole`;
  if (Array.isArray(plans)) return plans.length === 0 ? 'nothing' : `${plans.length} plans`;
  if (entered !== undefined) return entered ? 'there is one' : 'there is none';
  return [verdict, kindOf(outcome), sent === true ? 'taken' : kindOf(failure), found, kindOf(decision)]
    .filter((word) => typeof word === 'string')
    .join(' ');
}

function kindOf(of: unknown): unknown {
  if (typeof of !== 'object' || of === null) return undefined;
  return 'kind' in of ? of.kind : 'outcome' in of ? of.outcome : undefined;
}
