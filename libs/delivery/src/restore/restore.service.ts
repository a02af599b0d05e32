import type { Channel, ProviderChanged, StatusChanged } from '#libs/contracts';
import type { Intake } from '../accept/intake.service.ts';
import { restoredHop, revokedHop } from './restored-hop.policy.ts';
import type { RestoredTables } from './restored-tables.port.ts';

export interface RestoreOptions {
  channel: Channel;
  tables: RestoredTables;
  intake: Pick<Intake, 'onFact'>;
}

/** Teaches a channel's restored tables what they have forgotten (docs/adr/0042). Publishes nothing. */
export class RestoreService {
  private readonly options: RestoreOptions;

  constructor(options: RestoreOptions) {
    this.options = options;
  }

  /** @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe. */
  async onFact(fact: StatusChanged): Promise<void> {
    const { channel, tables, intake } = this.options;
    const hop = restoredHop(fact, channel);
    if (hop) await tables.hop(hop);
    const revoked = revokedHop(fact, channel);
    if (revoked) return tables.revoked(revoked.id, revoked.hop);
    await intake.onFact(fact);
  }

  /** @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe. */
  async onHold(change: ProviderChanged | null, ageMs: number): Promise<void> {
    if (change?.channel === this.options.channel) await this.options.tables.hold(change, ageMs);
  }
}
