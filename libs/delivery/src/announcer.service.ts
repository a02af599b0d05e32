import { factRecord, identityKey, type SendDeferred, topics, type StatusChanged } from '#libs/contracts';
import { traceHeaders } from '#libs/telemetry';
import type { Publisher } from '#libs/transport';
import type { Announcement } from './announce.policy.ts';
import { mustBeAcknowledged } from './handover/handover.policy.ts';
import type { Handovers } from './handover/handovers.port.ts';
import { SuppressionsService } from './suppressions/suppressions.service.ts';

/** Publishes what became of a hop. */
export class Announcer {
  private readonly publisher: Pick<Publisher, 'publish'>;
  private readonly handovers: Pick<Handovers, 'keep'> | undefined;
  private readonly suppressions: SuppressionsService;

  /** @param handovers where hand-overs are kept until retry has decided on them; undefined: nowhere */
  constructor(publisher: Pick<Publisher, 'publish'>, handovers?: Pick<Handovers, 'keep'>) {
    this.publisher = publisher;
    this.handovers = handovers;
    this.suppressions = new SuppressionsService(publisher);
  }

  /** @throws InfrastructureDown when Kafka or Postgres cannot be reached; repeating is safe, since ids are derived. */
  async announce({ facts, deferred, suppresses }: Announcement): Promise<void> {
    const handedOver = deferred && (await this.kept(deferred));
    const records = facts.map((fact) => this.publishFact(fact));
    if (suppresses) records.push(this.suppressions.record([{ suppress: suppresses }]));
    await Promise.all(records);
    // Last: retry's answer to it ends the watch over this hop, and with it every occasion to tell the facts once more.
    if (handedOver) await this.handOver(handedOver);
  }

  async handOver(deferred: SendDeferred): Promise<void> {
    await this.publisher.publish({ topic: topics.sendDeferred, key: deferred.messageId, value: deferred });
  }

  async publishFact(fact: StatusChanged): Promise<void> {
    await this.publisher.publish(factRecord(fact));
  }

  private async kept(deferred: SendDeferred): Promise<SendDeferred> {
    if (!this.handovers || !mustBeAcknowledged(deferred)) return deferred;
    const asking = { ...deferred, acknowledge: true };
    await this.handovers.keep(identityKey(deferred), { deferred: asking, trace: traceHeaders() });
    return asking;
  }
}
