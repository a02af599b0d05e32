import { Jobs } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import type { DuePlan } from './due-plans.port.ts';
import { inGroups } from './in-order.policy.ts';
import { OrderedPlans } from './ordered-plans.port.ts';
import { Pace } from './pace.ts';
import { ReleaserService } from './releaser.service.ts';

/**
 * Hands back what quiet hours have put off: for each key in the order in which its messages came, and no more in a
 * second than the settings say, since very many wait for the same moment (docs/adr/0041).
 */
@Injectable()
export class InOrderService {
  private readonly pace: Pace;

  constructor(
    @Inject(OrderedPlans) private readonly plans: OrderedPlans,
    @Inject(ReleaserService) private readonly releaser: Pick<ReleaserService, 'release'>,
    @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'RETRY_POLL_MS' | 'RETRY_AFTER_QUIET_PER_S'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    this.pace = new Pace(config.RETRY_AFTER_QUIET_PER_S);
    jobs.add({ name: 'release in order', everyMs: config.RETRY_POLL_MS, round: () => this.round() });
  }

  /** @throws InfrastructureDown when Postgres or Kafka cannot be reached; what is left goes in the next round. */
  async round(): Promise<void> {
    const most = this.pace.most(performance.now());
    if (most === 0) return;
    const failures: unknown[] = [];
    const taken = await this.plans.inTurn(most, async (plans) => {
      const groups = await Promise.all(inGroups(plans).map((group) => this.releaseGroup(group, failures)));
      return groups.flat();
    });
    this.pace.took(taken);
    if (failures.length > 0) throw failures[0];
  }

  /** One after another: what follows one that cannot be published now waits for it. */
  private async releaseGroup(group: readonly DuePlan[], failures: unknown[]): Promise<DuePlan[]> {
    const released: DuePlan[] = [];
    for (const plan of group) {
      try {
        await this.releaser.release(plan);
      } catch (error) {
        failures.push(error);
        return released;
      }
      released.push(plan);
    }
    return released;
  }
}
