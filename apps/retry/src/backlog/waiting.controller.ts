import { BearerGuard } from '#libs/runtime';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import type { Waiting } from './waiting.port.ts';
import { WaitingGauges } from './waiting-gauges.service.ts';

/** For reporting: how much retry keeps. What is not known at the moment is null. */
@Controller('v1/waiting')
@UseGuards(BearerGuard)
export class WaitingController {
  constructor(@Inject(WaitingGauges) private readonly gauges: Pick<WaitingGauges, 'last'>) {}

  @Get()
  show(): Waiting {
    return this.gauges.last;
  }
}
