import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gathering } from '#libs/batching';
import { InfrastructureDown } from '#libs/contracts';
import { failureBy } from '#libs/providers';
import { Stopping, waitOrStop } from '#libs/transport';
import { admitJob } from '../accept/admit.step.ts';
import { endWithoutLedger } from '../ending/end-without-ledger.ts';
import { stopped } from '../ending/ending.policy.ts';
import { claimJobs } from '../ledger/claim.step.ts';
import { settleJobs } from '../ledger/settle.step.ts';
import { publishJobs } from '../publish/publish.step.ts';
import { lookUpJob } from '../reconcile/look-up.step.ts';
import { routeJob } from '../route/route.step.ts';
import { sendJob } from '../send/send.step.ts';
import type { Job } from './job.ts';
import type { Tools } from './tools.ts';

export interface PipelineOptions<M> {
  tools: Tools<M>;
  stopping: AbortSignal;
  /** Most jobs of one batch; default 500. */
  batchSize?: number | undefined;
  /** How long the first of a batch waits for others while the load is high, in milliseconds; default 10. */
  batchLingerMs?: number | undefined;
}

/**
 * So many jobs of a batch go on in one turn of the event loop: while five hundred calls are written at once, urgent
 * messages and the answers of providers would wait.
 */
const JOBS_A_TURN = 50;

/**
 * Brings each job from step to step: claim, admit, route, send, settle, publish, complete. Claims, settlements and
 * events go in batches, each gathering while the one before is out; calls go one by one, and each job goes on as soon
 * as its call is answered. Urgent hops are claimed apart, so that they do not wait for a batch of others. Each step
 * writes into the job where it goes next.
 */
export class Pipeline<M> {
  private readonly tools: Tools<M>;
  private readonly stopping: AbortSignal;
  private readonly claims: Gathering<Job<M>>;
  private readonly urgentClaims: Gathering<Job<M>>;
  private readonly settlements: Gathering<Job<M>>;
  private readonly events: Gathering<Job<M>>;

  constructor({ tools, stopping, batchSize: size = 500, batchLingerMs: lingerMs = 10 }: PipelineOptions<M>) {
    this.tools = tools;
    this.stopping = stopping;
    const gathering = (step: (jobs: readonly Job<M>[], tools: Tools<M>) => Promise<void>) =>
      new Gathering<Job<M>>({ size, lingerMs, wait: (ms) => tools.clock.wait(ms) }, (jobs) =>
        this.together(jobs, step),
      );
    this.claims = gathering(claimJobs);
    this.urgentClaims = gathering(claimJobs);
    this.settlements = gathering(settleJobs);
    this.events = gathering(publishJobs);
  }

  /** Brings a job on, until it waits for something. */
  run(job: Job<M>): void {
    for (;;) {
      switch (job.step) {
        case 'claim':
          return (job.delivery.lane === 'urgent' ? this.urgentClaims : this.claims).add(job);
        case 'settle':
          job.freeSlot();
          return this.settlements.add(job);
        case 'publish':
          job.freeSlot();
          return this.events.add(job);
        case 'complete':
          job.freeSlot();
          return job.listener.done(job.fault);
        default: {
          const waiting = this.step(job);
          if (waiting) return void waiting.then(() => this.run(job));
        }
      }
    }
  }

  /** A step of one job. @returns what it waits for */
  private step(job: Job<M>): Promise<void> | undefined {
    try {
      switch (job.step) {
        case 'wait':
          return this.unlessStopped(job, this.wait(job));
        case 'admit':
          admitJob(job, this.tools);
          return undefined;
        case 'route':
          return this.unlessStopped(job, routeJob(job, this.tools));
        case 'send':
          return this.unlessStopped(job, sendJob(job, this.tools));
        case 'look up':
          return this.unlessStopped(job, lookUpJob(job, this.tools));
        default:
          throw new TypeError(`a job cannot be ${job.step} alone`);
      }
    } catch (error) {
      this.stop(job, error);
      return undefined;
    }
  }

  private unlessStopped(job: Job<M>, waiting: Promise<void> | undefined): Promise<void> | undefined {
    return waiting?.catch((error: unknown) => this.stop(job, error));
  }

  /** Another processing holds the hop: looked at again once its lease is over. */
  private async wait(job: Job<M>): Promise<void> {
    await waitOrStop((ms, signal) => this.tools.clock.wait(ms, signal), job.waitMs, this.stopping);
    job.step = 'claim';
  }

  /**
   * A fault of ours is an outcome, too: what is claimed must come to an end. The fault itself is reported once that is
   * settled.
   */
  private stop(job: Job<M>, error: unknown): void {
    const fault = errorOf(error);
    if (fault instanceof Stopping || fault instanceof InfrastructureDown) return job.complete(fault);
    try {
      job.outcome = stopped(job.delivery, failureBy(fault), this.tools.clock.now(), job.call);
      job.fault = fault;
      job.step = 'settle';
    } catch {
      // Not even its end can be written: its record is quarantined, and the lease says when another may look.
      job.complete(fault);
    }
  }

  /** A step of many jobs. Those that it has left where they were cannot go on. */
  private async together(
    jobs: readonly Job<M>[],
    step: (jobs: readonly Job<M>[], tools: Tools<M>) => Promise<void>,
  ): Promise<void> {
    const before = jobs[0]!.step;
    try {
      await step(jobs, this.tools);
    } catch (error) {
      const left = jobs.filter((job) => job.step === before);
      for (const job of left) {
        if (before === 'publish') job.complete(errorOf(error));
        else endWithoutLedger(job, error, this.tools);
      }
    }
    void this.goOn(jobs);
  }

  private async goOn(jobs: readonly Job<M>[]): Promise<void> {
    for (const [index, job] of jobs.entries()) {
      if (index > 0 && index % JOBS_A_TURN === 0) await nextTurn();
      this.run(job);
    }
  }
}

const errorOf = (error: unknown): Error =>
  error instanceof Error ? error : new TypeError(`thrown was no error, but ${typeof error}`);
