import { oneLine } from '#libs/contracts';
import { BearerGuard } from '../http/bearer.guard.ts';
import { type Problem, Valid } from '../http/valid.pipe.ts';
import { CannotLift, RestoreGuard, type RestoreState } from './restore-guard.ts';
import { Body, ConflictException, Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';

const RestoreLift = z.strictObject({
  by: oneLine(100).describe('Who lifts it.'),
  acceptGaps: z.boolean().default(false).describe('Although records that should be read again are deleted already.'),
});

type Lift = z.infer<typeof RestoreLift>;

const correction = 'Correct the named fields; messaging restore lift sends them right.';

/** For operators: whether the database was restored, and the end of the pause that follows. */
@Controller('v1/restore')
@UseGuards(BearerGuard)
export class RestoreController {
  constructor(@Inject(RestoreGuard) private readonly guard: Pick<RestoreGuard, 'state' | 'lift'>) {}

  @Get()
  show(): RestoreState {
    return this.guard.state();
  }

  /** Where nothing is paused it changes nothing. */
  @Post('lift')
  @HttpCode(200)
  async lift(@Body(new Valid(RestoreLift, correction)) { by, acceptGaps }: Lift): Promise<RestoreState> {
    try {
      return await this.guard.lift(by, acceptGaps);
    } catch (error) {
      if (error instanceof CannotLift) throw new ConflictException(problems[error.because]);
      throw error;
    }
  }
}

const problems: Readonly<Record<CannotLift['because'], Problem>> = {
  reading: {
    code: 'MSG_RESTORE_READING',
    message: 'what the database lacks is still being read again',
    remedy: 'Try again once messaging restore status says that the service waits.',
  },
  gaps: {
    code: 'MSG_RESTORE_GAPS',
    message: 'records that should be read again are deleted already: what they said is not known any more',
    remedy:
      'Look at messaging restore status: it names the partitions. Messages of that time may go twice or not at all; ' +
      'lift with --accept-gaps once that is settled.',
  },
};
