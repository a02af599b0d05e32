import { Readable } from 'node:stream';
import { MessagingError } from '#libs/contracts';
import { LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Controller, Inject, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { OperatorGuard } from '../operator.guard.ts';
import { SuppressionSync } from './suppression-sync.service.ts';

/** Takes over the providers' lists, and tells as it goes: a line of JSON for each page, at the end {"done":true}. */
@Controller('v1/suppressions/sync')
@UseGuards(OperatorGuard)
export class SuppressionSyncController {
  private readonly sync: SuppressionSync;
  private readonly logger: Logger;

  constructor(@Inject(SuppressionSync) sync: SuppressionSync, @Inject(LOGGER) logger: Logger) {
    this.sync = sync;
    this.logger = logger;
  }

  @Post()
  run(@Res() reply: FastifyReply): void {
    void reply.code(200).header('content-type', 'application/x-ndjson').send(Readable.from(this.lines()));
  }

  private async *lines(): AsyncGenerator<string> {
    try {
      for await (const step of this.sync.run()) yield `${JSON.stringify(step)}\n`;
      yield '{"done":true}\n';
    } catch (error) {
      this.logger.error({ err: error }, 'the providers’ suppression lists could not be taken over');
      // The status is out already: the last line says how it ended.
      const { code, message, remedy } = error instanceof MessagingError ? error : { code: 'MSG_INTERNAL', message: 'an unexpected error', remedy: 'Look it up in the service’s log by the time of the request.' };
      yield `${JSON.stringify({ done: false, error: { code, message, remedy } })}\n`;
    }
  }
}
