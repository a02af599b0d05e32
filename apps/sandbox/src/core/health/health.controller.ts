import { Controller, Get } from '@nestjs/common';

/** The sandbox listens only after its data file was read, so every response means that it is ready. */
@Controller('health')
export class HealthController {
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(): { status: string } {
    return { status: 'ok' };
  }
}
