import { PassThrough, pipeline } from 'node:stream';
import { MessagingError } from '#libs/contracts';
import { BearerGuard, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { SuppressionSync } from './suppression-sync.service.ts';
import { Controller, Inject, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/**
 * A provider may ask for a longer wait than an idle connection is kept: an empty line is sent at this interval, in ms.
 */
const SIGN_OF_LIFE_MS = 1_000;

/**
 * Imports the providers' lists and streams the progress: one JSON line per page, empty lines in between, and
 * {"done":true} at the end.
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
      // The status code was sent already: the last line reports the result.
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
