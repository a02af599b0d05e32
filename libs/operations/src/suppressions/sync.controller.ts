import { PassThrough, pipeline } from 'node:stream';
import { MessagingError } from '#libs/contracts';
import { BearerGuard, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { SuppressionSync } from './suppression-sync.service.ts';
import { Controller, Inject, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/**
 * A provider may ask to wait for longer than a silent connection is kept: an empty line so often, in milliseconds, says
 * that all is well.
 */
const SIGN_OF_LIFE_MS = 1_000;

/**
 * Takes over the providers' lists, and tells as it goes: a line of JSON for each page, empty ones in between, at the
 * end {"done":true}.
 */
@Controller('v1/suppressions/sync')
@UseGuards(BearerGuard)
export class SuppressionSyncController {
  constructor(
    @Inject(SuppressionSync) private readonly sync: Pick<SuppressionSync, 'run'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  run(@Res() reply: FastifyReply): void {
    const lines = new PassThrough();
    const signs = setInterval(() => lines.write('\n'), SIGN_OF_LIFE_MS);
    pipeline(this.lines(), lines, () => clearInterval(signs));
    void reply.code(200).header('content-type', 'application/x-ndjson').send(lines);
  }

  private async *lines(): AsyncGenerator<string> {
    try {
      for await (const step of this.sync.run()) yield `${JSON.stringify(step)}\n`;
      yield '{"done":true}\n';
    } catch (error) {
      this.logger.error({ err: error }, 'the providers’ suppression lists could not be taken over');
      // The status is out already: the last line says how it ended.
      const { code, message, remedy } =
        error instanceof MessagingError
          ? error
          : {
              code: 'MSG_INTERNAL',
              message: 'an unexpected error',
              remedy: 'Look it up in the service’s log by the time of the request.',
            };
      yield `${JSON.stringify({ done: false, error: { code, message, remedy } })}\n`;
    }
  }
}
