import { Controller, Get } from '@nestjs/common';
import { Simulators } from '../core/simulators.service.ts';
import { factsOf } from './page.policy.ts';

/** Data for the page besides the control API; the page itself consists of the files in `public/`. */
@Controller('_sandbox/simulators')
export class PageController {
  constructor(private readonly simulators: Simulators) {}

  @Get()
  show(): object {
    return factsOf(this.simulators.all);
  }
}
