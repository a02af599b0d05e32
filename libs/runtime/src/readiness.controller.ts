import { hostname } from 'node:os';
import { Health, type HealthReport } from './health.ts';
import { BearerGuard } from './http/bearer.guard.ts';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';

/** The readiness of a replica, as reporting shows it. */
export type ReplicaReadiness = HealthReport & { replica: string };

/** For reporting: what the readiness says, with the replica that says it. */
@Controller('v1/readiness')
@UseGuards(BearerGuard)
export class ReadinessController {
  constructor(@Inject(Health) private readonly health: Pick<Health, 'report'>) {}

  @Get()
  async show(): Promise<ReplicaReadiness> {
    return { replica: hostname(), ...(await this.health.report()) };
  }
}
