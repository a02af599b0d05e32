import { Controller, Get } from '@nestjs/common';
import { Simulators } from '../core/simulators.service.ts';
import { factsOf } from './page.policy.ts';

/** What the page asks for beside the control API; the page itself is files in `public/`. */
@Controller('_sandbox/simulators')
export class PageController {
  constructor(private readonly simulators: Simulators) {}

  @Get()
  show(): object {
    return factsOf(this.simulators.all);
  }
}
