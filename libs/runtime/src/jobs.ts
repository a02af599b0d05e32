import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureDown } from '#libs/contracts';
import { count, counters, type Logger } from '#libs/telemetry';
import { backOffMs } from '#libs/transport';

/** After this many failed rounds in a row the readiness is degraded. */
const FAILURES_SHOWN = 3;
const FIRST_WAIT_MS = 1_000;
/** While a job keeps failing, its wait grows up to its own period, and at least up to this. */
const LONGEST_WAIT_MS = 5_000;

export interface Job {
  /** Its name in the log. */
  name: string;
  /** The pause between two rounds, in milliseconds. */
  everyMs: number;
  /** One round. `more`: the next one follows at once. Repeating it must be safe. */
  round: () => Promise<{ more: boolean } | void>;
  /** Runs after the last round. */
  close?: () => Promise<void>;
}

export interface JobsOptions {
  logger: Logger;
  stopping: AbortSignal;
}

/** Periodic work of a service, such as deleting expired rows. Each job runs independently, one round at a time. */
export class Jobs {
  private readonly jobs: Job[] = [];
  /** For each job that fails at present: the number of failed rounds in a row. */
  private readonly failures = new Map<string, number>();
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: JobsOptions) {}

  /** Adds a job, before the jobs are started. */
  add(job: Job): void {
    this.jobs.push(job);
  }

  /** Starts the first round of each job. Called once schema and Kafka are there. */
  start(): void {
    this.running = Promise.all(this.jobs.map((job) => this.run(job)));
  }

  /** Resolves once the service stops and the last rounds are over. */
  async ended(): Promise<void> {
    await this.running;
  }

  /** For the readiness: the jobs that keep failing. Undefined: none. */
  concern(): { meaning: string; remedy: string } | undefined {
    const failing = [...this.failures].filter(([, rounds]) => rounds >= FAILURES_SHOWN).map(([name]) => name);
    if (failing.length === 0) return undefined;
    return {
      meaning: `Periodic work of the service keeps failing: ${failing.join(', ')}.`,
      remedy: 'Look into its log for "a job fails"; it is retried, and needs no restart.',
    };
  }

  /** After a failed round the job waits longer and longer, but never ends by itself. */
  private async run({ name, everyMs, round, close }: Job): Promise<void> {
    const { stopping } = this.options;
    while (!stopping.aborted) {
      let restMs: number;
      try {
        restMs = (await round())?.more ? 0 : everyMs;
        this.worked(name);
      } catch (error) {
        restMs = waitAfter(this.failed(name, error), everyMs);
      }
      await delay(restMs, undefined, { signal: stopping }).catch(() => undefined);
    }
    await close?.();
  }

  /**
   * Logged once, until the job succeeds again.
   * @returns how many rounds have failed in a row
   */
  private failed(name: string, err: unknown): number {
    const rounds = (this.failures.get(name) ?? 0) + 1;
    this.failures.set(name, rounds);
    count(counters.failedJobs, { 'mi.job': name, 'error.type': err instanceof Error ? err.name : 'unknown' });
    const level = err instanceof InfrastructureDown ? 'warn' : 'error';
    if (rounds === 1) this.options.logger[level]({ err, job: name }, 'a job fails and is tried again until it works');
    return rounds;
  }

  private worked(name: string): void {
    if (this.failures.delete(name)) this.options.logger.info({ job: name }, 'a job works again');
  }
}

/** In milliseconds: from one second up to the job's own period, or up to five seconds if the period is shorter. */
export function waitAfter(failures: number, everyMs: number): number {
  const longest = Math.max(everyMs, LONGEST_WAIT_MS);
  return backOffMs(failures - 1, Math.min(everyMs, FIRST_WAIT_MS), longest);
}
