import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureDown } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import { backOffMs } from '#libs/transport';

export interface Job {
  /** As the log names it. */
  name: string;
  /** The rest between two rounds, in milliseconds. */
  everyMs: number;
  /** One round; `more`: the next one follows at once. Repeating it must be safe. */
  round: () => Promise<{ more: boolean } | void>;
  /** Runs after the last round. */
  close?: () => Promise<void>;
}

export interface JobsOptions {
  logger: Logger;
  stopping: AbortSignal;
}

/**
 * What a service does again and again: deleting what is past its retention, looking after what was handed over. Each
 * job runs on its own, one round at a time.
 */
export class Jobs {
  private readonly options: JobsOptions;
  private readonly jobs: Job[] = [];
  private running: Promise<unknown> = Promise.resolve();

  constructor(options: JobsOptions) {
    this.options = options;
  }

  /** Adds a job, before the jobs are started. */
  add(job: Job): void {
    this.jobs.push(job);
  }

  /** The schema is there, and so is Kafka: the first round of each job begins. */
  start(): void {
    this.running = Promise.all(this.jobs.map((job) => this.run(job)));
  }

  /** Resolves once the service stops and the last rounds are over. */
  async ended(): Promise<void> {
    await this.running;
  }

  /** A failed round is repeated after a wait that grows: a job never ends by itself. */
  private async run({ name, everyMs, round, close }: Job): Promise<void> {
    const { logger, stopping } = this.options;
    for (let failures = 0; !stopping.aborted;) {
      let restMs: number;
      try {
        restMs = (await round())?.more ? 0 : everyMs;
        failures = 0;
      } catch (err) {
        restMs = backOffMs(failures, everyMs);
        failures += 1;
        logger[err instanceof InfrastructureDown ? 'warn' : 'error'](
          { err, job: name },
          'a job failed and is repeated',
        );
      }
      await delay(restMs, undefined, { signal: stopping }).catch(() => undefined);
    }
    await close?.();
  }
}
