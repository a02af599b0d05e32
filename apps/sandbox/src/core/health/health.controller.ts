import { Controller, Get } from '@nestjs/common';

/** The sandbox listens only after its data file was read: who gets an answer may send. */
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
