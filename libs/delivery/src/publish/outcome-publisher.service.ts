import {
  bareFact,
  factRecord,
  handoverHeaders,
  identityKey,
  RecordRefused,
  type SendDeferred,
  topics,
  type StatusChanged,
} from '#libs/contracts';
import { Refused } from '#libs/batching';
import { type Context, currentContext, type Logger, traceHeaders, underContext } from '#libs/telemetry';
import type { Outgoing, Publisher } from '#libs/transport';
import type { OutcomeEvents } from './events.policy.ts';
import { mustBeAcknowledged } from '../handover/handover.policy.ts';
import type { Handovers } from '../handover/handovers.port.ts';
import { suppressionRecord } from '../suppressions/suppressions.service.ts';

/** The outcome of one hop, and the trace in which it is published. */
export interface ReportedOutcome {
  events: OutcomeEvents;
  context: Context;
}

/** A hop whose events are being published. */
interface Publication extends ReportedOutcome {
  /** The first of its records that was refused. */
  refusal: Error | undefined;
}

/** Publishes the outcomes of hops. */
export class OutcomePublisher {
  private readonly publisher: Pick<Publisher, 'publish' | 'publishAll'>;
  private readonly handovers: Pick<Handovers, 'keep'> | undefined;
  private readonly logger: Pick<Logger, 'error'> | undefined;

  /** @param handovers where hand-overs are stored until retry has decided on them; undefined: nowhere */
  constructor(
    publisher: Pick<Publisher, 'publish' | 'publishAll'>,
    handovers?: Pick<Handovers, 'keep'>,
    logger?: Pick<Logger, 'error'>,
  ) {
    this.publisher = publisher;
    this.handovers = handovers;
    this.logger = logger;
  }

  /**
   * For each hop first the facts and the suppression, then the hand-over: retry's answer to the hand-over ends the
   * watch over this hop, and with it every chance to publish the facts again.
   * @returns in the order of the outcomes, why a record of it was refused, although all its others are published;
   * undefined: all are
   * @throws InfrastructureDown when Kafka or PostgreSQL cannot be reached; repeating is safe, since ids are derived.
   */
  async publishAll(outcomes: readonly ReportedOutcome[]): Promise<(Error | undefined)[]> {
    const publications = outcomes.map((outcome): Publication => ({ ...outcome, refusal: undefined }));
    const deferred = await this.kept(publications);
    await this.publishFacts(
      publications.flatMap((publication) => publication.events.facts.map((fact) => ({ fact, publication }))),
    );
    await this.publishEach(
      publications.flatMap((publication) => {
        const { suppresses } = publication.events;
        return suppresses ? [{ publication, record: suppressionRecord({ suppress: suppresses }) }] : [];
      }),
    );
    await this.publishEach(
      deferred.map(({ publication, handover }) => ({ publication, record: handoverRecord(handover) })),
    );
    return publications.map(({ refusal }) => refusal);
  }

  /** @throws InfrastructureDown; RecordRefused when one of its records was refused: all others are published */
  async publish(events: OutcomeEvents): Promise<void> {
    const [refusal] = await this.publishAll([{ events, context: currentContext() }]);
    if (refusal) throw refusal;
  }

  /** @throws InfrastructureDown; RecordRefused */
  async handOver(deferred: SendDeferred): Promise<void> {
    await this.publisher.publish(handoverRecord(deferred));
  }

  /**
   * Where a field besides the status breaks the contract, the status is still published.
   * @throws InfrastructureDown; RecordRefused
   */
  async publishFact(fact: StatusChanged): Promise<void> {
    try {
      await this.publisher.publish(factRecord(fact));
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      this.logBare(fact, error);
      await this.publisher.publish(factRecord(bareFact(fact)));
    }
  }

  private async publishFacts(facts: readonly { publication: Publication; fact: StatusChanged }[]): Promise<void> {
    const refusals = await this.send(facts.map(({ fact, publication }) => ({ publication, record: factRecord(fact) })));
    const bare = facts.filter((_, index) => refusals[index] !== undefined);
    for (const [index, { fact, publication }] of facts.entries()) {
      const refusal = refusals[index];
      if (refusal) underContext(publication.context, () => this.logBare(fact, refusal));
    }
    await this.publishEach(bare.map(({ fact, publication }) => ({ publication, record: factRecord(bareFact(fact)) })));
  }

  private logBare({ eventId, status }: StatusChanged, err: Error): void {
    this.logger?.error({ err, eventId, status }, 'a fact breaks its contract: only its bare status is published');
  }

  private async publishEach(records: readonly { publication: Publication; record: Outgoing }[]): Promise<void> {
    const refusals = await this.send(records);
    for (const [index, { publication }] of records.entries()) publication.refusal ??= refusals[index];
  }

  private send(
    records: readonly { publication: Publication; record: Outgoing }[],
  ): Promise<(RecordRefused | undefined)[]> {
    if (records.length === 0) return Promise.resolve([]);
    return this.publisher.publishAll(records.map(({ publication: { context }, record }) => ({ ...record, context })));
  }

  /** The hand-overs; those that must be acknowledged are stored before they are published. */
  private async kept(
    publications: readonly Publication[],
  ): Promise<{ publication: Publication; handover: SendDeferred }[]> {
    const all = publications.flatMap((publication) => {
      const { deferred } = publication.events;
      return deferred ? [{ publication, handover: deferred, isKept: mustBeAcknowledged(deferred) }] : [];
    });
    if (!this.handovers) return all;
    const asking = all
      .filter(({ isKept }) => isKept)
      .map((one) => ({ ...one, handover: { ...one.handover, acknowledge: true } }));
    const answers = await this.handovers.keep(
      asking.map(({ handover, publication }) => ({
        id: identityKey(handover),
        deferred: handover,
        trace: traceHeaders(publication.context),
      })),
    );
    const kept = asking.filter(({ publication }, index) => {
      const answer = answers[index];
      if (answer instanceof Refused) publication.refusal ??= answer.error as Error;
      return !(answer instanceof Refused);
    });
    return [...all.filter(({ isKept }) => !isKept), ...kept];
  }
}

const handoverRecord = (deferred: SendDeferred): Outgoing => ({
  topic: topics.sendDeferred,
  key: deferred.messageId,
  value: deferred,
  headers: handoverHeaders(deferred),
});
