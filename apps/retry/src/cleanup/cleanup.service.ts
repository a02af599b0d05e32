import { setTimeout as delay } from 'node:timers/promises';
import { LOGGER, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { loop } from '#libs/transport';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { RETRY_CONFIG, type RetryConfig } from '../retry.config.ts';
import { Retention } from './retention.port.ts';

/** Deletes what is past its retention, a little at a time. */
@Injectable()
export class CleanupService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly retention: Retention;
  private readonly config: Pick<RetryConfig, 'RETRY_CLEANUP_MS'>;
  private readonly stopping: AbortSignal;
  private readonly logger: Logger;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(Retention) retention: Retention,
    @Inject(RETRY_CONFIG) config: Pick<RetryConfig, 'RETRY_CLEANUP_MS'>,
    @Inject(STOPPING) stopping: AbortSignal,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.retention = retention;
    this.config = config;
    this.stopping = stopping;
    this.logger = logger;
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    const { RETRY_CLEANUP_MS: everyMs } = this.config;
    // Not at once: the schema may still be coming, and a start has better things to do.
    await delay(everyMs, undefined, { signal: this.stopping }).catch(() => undefined);
    await loop({ name: 'cleanup', everyMs, stopping: this.stopping, logger: this.logger }, () =>
      this.retention.deleteSome(),
    );
  }
}
