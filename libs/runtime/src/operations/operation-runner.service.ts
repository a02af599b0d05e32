import {
  InfrastructureDown,
  type OperatingService,
  type OperationChanged,
  type OperationRequested,
  operationWordId,
  topics,
} from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import type { Publisher } from '#libs/transport';
import type { Jobs } from '../jobs.ts';
import type { JobWord, OperationJobs, TakenJob } from './operation-jobs.port.ts';
import type { OperationWork, Run } from './operation-work.ts';

/** A portion that takes longer is taken over by another replica, in milliseconds. */
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 300;
const REPORT_EVERY_MS = 300;
const FORGET_EVERY_MS = 3_600_000;
/** Most words reported at once. */
const WORDS = 100;

export interface OperationRunnerOptions {
  service: OperatingService;
  store: OperationJobs;
  works: readonly OperationWork[];
  publisher: Pick<Publisher, 'publishAll'>;
  logger: Pick<Logger, 'info' | 'error'>;
  leaseMs?: number;
}

/**
 * Does the jobs of operators that concern this service, portion by portion, and reports how far they are
 * (docs/adr/0044). What a portion has done and that it has done it are one commit; whoever holds a job and does not
 * come back is succeeded by another replica.
 */
export class OperationRunner {
  private readonly options: OperationRunnerOptions;
  private readonly works: ReadonlyMap<string, OperationWork>;

  constructor(options: OperationRunnerOptions) {
    this.options = options;
    this.works = new Map(options.works.map((work) => [work.kind, work]));
  }

  runIn(jobs: Pick<Jobs, 'add'>): void {
    const { store } = this.options;
    jobs.add({ name: 'operations', everyMs: LOOK_EVERY_MS, round: () => this.runOne() });
    jobs.add({ name: 'words about operations', everyMs: REPORT_EVERY_MS, round: () => this.report() });
    jobs.add({ name: 'operations past retention', everyMs: FORGET_EVERY_MS, round: () => store.forget() });
  }

  /** @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe. */
  async onRequested(request: OperationRequested): Promise<void> {
    const { service, store } = this.options;
    if (!request.services.includes(service)) return;
    if (request.stop) return store.stop(request, 'It was stopped by an operator.');
    const wrong = this.faultOf(request);
    await store.begin(request, wrong === undefined ? { state: 'accepted' } : { state: 'failed', reason: wrong });
  }

  /**
   * A word of this service’s own, read again after a restore: a job that had ended must not begin again.
   * @throws InfrastructureDown; repeating is safe.
   */
  async onOwnWord(word: OperationChanged): Promise<void> {
    if (word.service === this.options.service) await this.options.store.onOwnWord(word);
  }

  /**
   * One portion of one job.
   * @throws InfrastructureDown when something that it needs cannot be reached: another round goes on.
   */
  async runOne(): Promise<{ more: boolean }> {
    const { store, leaseMs = LEASE_MS } = this.options;
    const job = await store.take(leaseMs);
    if (!job) return { more: false };
    try {
      await this.run(job);
    } catch (error) {
      if (error instanceof InfrastructureDown) throw error;
      const { operationId, kind } = job.request;
      this.options.logger.error({ err: error, operationId, kind }, 'a job of an operator ends by a fault');
      const name = error instanceof Error ? error.name : 'unknown';
      await store.fail(job, `A fault of the service ended it (${name}): its log says more. What was done stays done.`);
    }
    return { more: true };
  }

  /** Publishes what has changed, then marks it as reported: a crash in between repeats it under the same id. */
  async report(): Promise<{ more: boolean }> {
    const { store, publisher } = this.options;
    const words = await store.unreported(WORDS);
    if (words.length === 0) return { more: false };
    await publisher.publishAll(words.map((word) => this.record(word)));
    await store.reported(words);
    return { more: words.length === WORDS };
  }

  private async run(job: TakenJob): Promise<void> {
    const { request, startedAt, cursor, counts } = job;
    const work = this.works.get(request.kind)!;
    const run: Run = {
      operationId: request.operationId,
      tenants: request.tenants,
      atMost: request.atMost,
      work: work.schema.parse(request.work),
      startedAt,
      cursor,
      counts,
    };
    const prepared = await work.prepare?.(run);
    await this.options.store.portion(job, (client) => work.portion(client, run, prepared));
  }

  private faultOf({ kind, work }: OperationRequested): string | undefined {
    const known = this.works.get(kind);
    if (!known) return `This service does not know the kind ${kind}: it may be of an older release.`;
    const { error } = known.schema.safeParse(work);
    if (!error) return undefined;
    const fields = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return `What is asked cannot be read: ${fields.join('; ')}`.slice(0, 500);
  }

  private record({ operationId, seq, state, counts, reason, at }: JobWord) {
    const { service } = this.options;
    const value: OperationChanged = {
      eventId: operationWordId({ operationId, service, seq }),
      operationId,
      service,
      seq,
      state,
      counts: { ...counts },
      ...(reason !== null && { reason }),
      at: at.toISOString(),
    };
    return { topic: topics.operationChanged, key: operationId, value };
  }
}
