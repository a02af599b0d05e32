import { setTimeout as delay } from 'node:timers/promises';
import { topicNames } from '#libs/contracts';
import type { Pool } from '#libs/persistence';
import { count, counters } from '#libs/telemetry';
import { type Offsets, Stopping } from '#libs/transport';
import { AppliedOffsets } from './applied-offsets.store.ts';
import { type Behind, behind, beyondEnd, type Gap, gapsOf, greatest } from './positions.policy.ts';
import { type Reread, Rereading, type RereadingOptions } from './rereading.ts';

export interface RestoreGuardOptions extends RereadingOptions {
  pool: Pool;
}

/** What an operator sees of it. */
export interface RestoreState {
  service: string;
  /**
   * working: the database is not known to be restored. reading: it is, and what it lacks is being read again. waiting:
   * that is done, and an operator has to lift the pause.
   */
  state: 'working' | 'reading' | 'waiting';
  /** The partitions of which the database knows less than its service had read. */
  behind: Behind[];
  /** What should be read again, and is deleted already. */
  gaps: Gap[];
  /** Records that were applied again, and those that could not be. */
  applied: number;
  failed: number;
}

interface Found {
  kept: Offsets;
  committed: Offsets;
  behind: Behind[];
}

/** A pause cannot be lifted now. */
export class CannotLift extends Error {
  override readonly name = 'CannotLift';

  constructor(readonly because: 'reading' | 'gaps') {
    super(because === 'reading' ? 'what the database lacks is still being read' : 'records are missing');
  }
}

/** Thrown before a commit: the database was set back while this process ran. */
export class DatabaseSetBack extends Error {
  override readonly name = 'DatabaseSetBack';
}

/** Another replica may have read all of it, and its pause may have been lifted there. */
const LOOK_MS = 1_000;

/**
 * Notices that the service's schema was restored from a backup, and keeps the service paused until it knows again what
 * it had known, and an operator lets it go on (docs/adr/0042). All it decides by is in the database and in Kafka, so
 * replicas need not agree on anything, and a crash changes nothing.
 */
export class RestoreGuard {
  private readonly options: RestoreGuardOptions;
  private readonly offsets: AppliedOffsets;
  private readonly rereading: Rereading;
  private rereads: readonly Reread[] = [];
  private readUpTo: Offsets = new Map();
  private seen: RestoreState;
  private setBack = false;
  private lifting: Promise<void> | undefined;

  /** @param onSetBack the database was set back while the service works: the service must end */
  constructor(
    options: RestoreGuardOptions,
    private readonly onSetBack: () => void = () => undefined,
  ) {
    this.options = options;
    this.offsets = new AppliedOffsets(options.pool, options.service);
    this.rereading = new Rereading(options);
    this.seen = { service: options.service, state: 'working', behind: [], gaps: [], applied: 0, failed: 0 };
  }

  /** The service consumes nothing and sends nothing. */
  get isPaused(): boolean {
    return this.seen.state !== 'working';
  }

  state(): RestoreState {
    return { ...this.seen, applied: this.rereading.applied, failed: this.rereading.failed };
  }

  /**
   * Resolves once the service may work: at once as a rule; after a restore when an operator has lifted the pause.
   * @param rereads what is read again, in this order
   * @throws Stopping; InfrastructureDown: repeating is safe, and begins anew
   */
  async untilUsable(rereads: readonly Reread[]): Promise<void> {
    this.rereads = rereads;
    const found = await this.find();
    if (found.behind.length > 0) await this.recover(found);
    this.seen = { ...this.seen, state: 'working', behind: [], gaps: [] };
    await this.offsets.begin();
  }

  /**
   * Lets the service go on. What has been published meanwhile is read first.
   * @param acceptGaps although records are missing
   * @throws CannotLift; InfrastructureDown
   */
  async lift(by: string, acceptGaps: boolean): Promise<RestoreState> {
    if (!this.isPaused) return this.state();
    if (this.seen.state === 'reading') throw new CannotLift('reading');
    if (this.seen.gaps.length > 0 && !acceptGaps) throw new CannotLift('gaps');
    this.lifting ??= this.end(by).finally(() => (this.lifting = undefined));
    await this.lifting;
    return this.state();
  }

  /** To be called with offsets before they are committed. @throws DatabaseSetBack; InfrastructureDown */
  async beforeCommit(offsets: Offsets): Promise<void> {
    if (!this.setBack && !(await this.offsets.keep(offsets))) this.endService();
    if (this.setBack) throw new DatabaseSetBack();
  }

  /** Looks whether the database was set back while the service works, also where it has nothing to commit. */
  async look(): Promise<void> {
    if (!this.isPaused && !this.setBack && (await this.offsets.wasSetBack())) this.endService();
  }

  /** For the readiness. */
  concern(): { meaning: string; remedy: string } | undefined {
    const { state, behind: partitions, gaps } = this.seen;
    if (state === 'working') return undefined;
    const what = state === 'reading' ? 'what it lacks is being read again' : 'what it lacks has been read again';
    const missing = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
    const gone = missing > 0 ? ` Of that ${missing} records are deleted already.` : '';
    return {
      meaning:
        `The database was restored from a backup (${partitions.length} partitions were read further than it knows): ` +
        `the service consumes and sends nothing, and ${what}.${gone}`,
      remedy,
    };
  }

  async close(): Promise<void> {
    await this.rereading.close();
  }

  private endService(): void {
    this.setBack = true;
    this.options.logger.error({ remedy }, 'the database was set back while the service works: the service ends');
    count(counters.databasesRestored, { 'mi.service': this.options.service });
    this.onSetBack();
  }

  private async find(): Promise<Found> {
    // In this order: what is committed has been written into the database before.
    const committed = await this.rereading.committed();
    const { ends } = await this.rereading.extent();
    let kept = await this.offsets.all(committed);
    const anew = beyondEnd(kept, ends);
    if (anew.length > 0) {
      this.options.logger.warn(
        { partitions: anew },
        'Kafka has less than the database has applied: its topics are new',
      );
      await this.offsets.reset(new Map(anew.map((partition) => [partition, committed.get(partition) ?? 0])));
      kept = await this.offsets.all(committed);
    }
    return { kept, committed, behind: behind(kept, committed) };
  }

  private async recover({ kept, committed, behind: partitions }: Found): Promise<void> {
    const { logger, service, stopping } = this.options;
    const first = !this.isPaused;
    const gaps = gapsOf(kept, await this.startsOfFacts());
    this.seen = { ...this.seen, state: 'reading', behind: partitions, gaps };
    if (first) {
      count(counters.databasesRestored, { 'mi.service': service });
      logger.error(
        { partitions: partitions.map(({ partition }) => partition), gaps, remedy },
        'the database was restored from a backup: the service is paused',
      );
    }
    this.readUpTo = greatest(kept, await this.rereading.read(this.rereads, kept, committed));
    this.seen = { ...this.seen, state: 'waiting' };
    logger.warn({ ...this.state(), behind: partitions.length, remedy }, 'what the database lacked has been read again');
    while ((await this.find()).behind.length > 0) {
      await delay(LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
      if (stopping.aborted) throw new Stopping();
    }
  }

  private async end(by: string): Promise<void> {
    const committed = await this.rereading.committed();
    const read = await this.rereading.read(this.rereads, this.readUpTo, committed);
    this.readUpTo = greatest(this.readUpTo, read);
    // This is what ends the pause, in every replica.
    await this.offsets.raise(greatest(committed, this.readUpTo));
    this.seen = { ...this.seen, state: 'working', behind: [], gaps: [] };
    this.options.logger.warn({ by }, 'the pause after a restore is lifted');
  }

  /** Compacted topics lose nothing that counts: the latest record of each key stays. */
  private async startsOfFacts(): Promise<Offsets> {
    const { config } = this.options;
    const names = new Set(
      this.rereads
        .filter(({ topic }) => !topic.compacted)
        .flatMap(({ topic }) => topicNames(topic, config.KAFKA_TOPIC_PREFIX)),
    );
    const { starts } = await this.rereading.reading.extent([...names]);
    return starts;
  }
}

const remedy =
  'Look at messaging restore status, and lift the pause of each service with messaging restore lift; ' +
  'docs/operations.md says what to look at before.';
