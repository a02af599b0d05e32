import {
  type CancelRequested,
  type Channel,
  type Failure,
  identityKey,
  InfrastructureDown,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  topics,
} from '#libs/contracts';
import { silentLogger } from '#libs/testing';
import { type IncomingRecord, recordIdOf, Stopping } from '#libs/transport';
import { admit } from '../../src/accept/admit.policy.ts';
import { eventsFor } from '../../src/publish/events.policy.ts';
import { OutcomePublisher } from '../../src/publish/outcome-publisher.service.ts';
import { ChannelPort, type Fingerprint, type RequestEnvelope, type Screened } from '../../src/channel.port.ts';
import { firstHop, laterHop } from '../../src/accept/decode.ts';
import type { Delivery } from '../../src/delivery.ts';
import type { Handovers } from '../../src/handover/handovers.port.ts';
import { DeliveryService } from '../../src/delivery.service.ts';
import { EndingService } from '../../src/ending/ending.service.ts';
import type { RoutingService, Route } from '../../src/route/routing.service.ts';
import { KafkaHandoverReading } from '../../src/handover/handover-reading.adapter.ts';
import { HandoverWatch } from '../../src/handover/handover-watch.service.ts';
import { z } from 'zod';
import type { Fault } from './faults.ts';
import { hashKey, refOf } from './people.ts';
import type { Process } from './scheduler.ts';
import type { Member } from './sim-kafka.ts';
import { simRouting } from './sim-routing.ts';
import { type Message, SimProvider } from './sim-provider.ts';
import { answerMs, guardMs, leaseMs, retentionDays, type World } from './world.ts';

interface Request extends RequestEnvelope {
  text: string;
  to: string[];
  fault?: Fault;
  [field: string]: unknown;
}

const schema = z.looseObject({ messageId: z.string(), tenant: z.string(), text: z.string(), to: z.array(z.string()) });
const logger = silentLogger();

class SimChannel extends ChannelPort<Request, Message> {
  readonly channel: Channel = 'email';
  readonly schema = schema;
  readonly providers;
  private readonly goesToAll: boolean;

  constructor(provider: SimProvider, goesToAll = false) {
    super();
    this.providers = [provider];
    this.goesToAll = goesToAll;
  }

  toMessage = ({ text, to, fault }: Request): Message => {
    if (fault === 'reading') throw new RangeError('a bug that a message brings out as it is read');
    return { text, to, fault };
  };
  override screen = (message: Message): Promise<Screened<Message>> => {
    if (message.fault === 'before the call') throw new TypeError('a bug before the call');
    return Promise.resolve({ pass: true, message });
  };
  addressesOf = ({ to }: Request): string[] => to;
  senderOf = (): undefined => undefined;
  override fingerprintOf = ({ text, to }: Message): Fingerprint => ({ participants: to, contentHash: [text] });
  override only = (message: Message, goes: readonly boolean[]): Message =>
    this.goesToAll ? message : { ...message, to: message.to.filter((_, recordId) => goes[recordId]) };
}

/**
 * How a channel processes a record: the engine's consumers over the real dispatch, and the ports of the simulated
 * world.
 */
export class ChannelWorker {
  readonly topics = [
    topics.emailRequested,
    topics.emailDue,
    topics.statusChanged,
    topics.cancelRequested,
    topics.sendPlanned,
  ];
  private readonly process: Process;
  private readonly world: World;
  private readonly channel: SimChannel;
  private readonly dispatcher: DeliveryService<Message>;
  private readonly handovers: Handovers;
  private readonly watch: HandoverWatch;
  private readonly reading: KafkaHandoverReading;
  private looking = false;
  private readonly endings: EndingService;

  constructor({ process, kafka }: Member, world: World) {
    const { variant } = world;
    const provider = new SimProvider(process, world);
    this.process = process;
    this.world = world;
    this.channel = new SimChannel(provider, variant.goesToAll);
    this.handovers = world.handoversOf(process);
    this.reading = new KafkaHandoverReading(kafka, '', 'email');
    const stopping = new AbortController().signal;
    this.watch = new HandoverWatch({
      channel: 'email',
      handovers: this.handovers,
      publish: (deferred) => this.outcomes().handOver(deferred),
      logger,
      answerMs,
    });
    this.dispatcher = new DeliveryService<Message>({
      providers: [provider],
      channel: this.channel,
      routing: withFaultAfter(simRouting(process, provider, world)),
      ledger: world.ledgerOf(process),
      outcomes: this.outcomes(),
      logger,
      stopping,
      leaseMs: variant.believedLeaseMs ?? leaseMs,
      guardMs,
      retentionDays,
      coalesceLingerMs: 400,
      batchLingerMs: 0,
      clock: world.clockOf(process),
    });
    this.endings = new EndingService({
      channel: 'email',
      schema,
      recipientsOf: (request) => schema.parse(request).to.map(refOf),
      dispatcher: variant.endsUnasked ? { breakOff: (hop, failure) => this.endUnasked(hop, failure) } : this.dispatcher,
      outcomes: this.outcomes(),
      logger,
    });
  }

  /** One check for hand-overs without an answer, unless the last one still runs. */
  look(): void {
    if (this.looking) return;
    this.looking = true;
    const over = () => (this.looking = false);
    this.watch.look(this.reading).then(over, over);
  }

  /** As KafkaStrategy processes a record: it waits for dependencies, and quarantines what cannot be processed. */
  async handle(record: IncomingRecord): Promise<boolean> {
    for (let round = 0; ; round += 1) {
      try {
        await this.on(record);
        return true;
      } catch (error) {
        if (error instanceof Stopping) return false;
        if (!(error instanceof InfrastructureDown)) {
          this.world.quarantined.add((JSON.parse(record.value!.toString()) as Request).messageId);
          this.world.scheduler.say(
            { owner: this.process, what: 'quarantines' },
            `${recordIdOf(record)}: ${String(error)}`,
          );
          return this.endMessage(record, error);
        }
        await this.world.scheduler.wait(this.process, Math.min(5_000, 200 * 2 ** round));
      }
    }
  }

  /** As KafkaStrategy does after a record is quarantined. */
  private async endMessage(record: IncomingRecord, error: unknown): Promise<boolean> {
    for (let round = 0; !this.world.variant.endsNothing; round += 1) {
      try {
        await this.endings.onQuarantine(record, error);
        return true;
      } catch (trouble) {
        if (trouble instanceof Stopping) return false;
        if (!(trouble instanceof InfrastructureDown)) throw trouble;
        await this.world.scheduler.wait(this.process, Math.min(5_000, 200 * 2 ** round));
      }
    }
    return true;
  }

  private endUnasked(hop: Delivery<unknown>, failure: Failure): Promise<void> {
    return this.outcomes().publish(
      eventsFor(hop, { kind: 'failed', at: new Date(this.world.clock.now).toISOString(), attempt: 0, failure }),
    );
  }

  private on(record: IncomingRecord): Promise<void> {
    const json: unknown = JSON.parse(record.value!.toString());
    const origin = { source: recordIdOf(record), lane: record.lane, timestamp: record.timestamp, key: record.key };
    switch (record.topic.name) {
      case topics.emailRequested.name:
        return this.dispatch(firstHop(this.channel, json as Request, json, origin, { hashKey }));
      case topics.emailDue.name:
        return this.dispatch(this.heard(laterHop(this.channel, json as SendDue, origin, { hashKey })));
      case topics.cancelRequested.name:
        return this.world.cancel(this.process, json as CancelRequested);
      case topics.sendPlanned.name:
        return this.handovers.decided(identityKey(json as SendPlanned), (json as SendPlanned).hop);
      default:
        return this.onStatus(json as StatusChanged);
    }
  }

  private heard(delivery: Delivery<Message>): Delivery<Message> {
    return this.world.variant.absorbsWhatIsAskedAgain ? { ...delivery, again: false } : delivery;
  }

  private dispatch(delivery: Delivery<Message>): Promise<void> {
    const early =
      this.world.variant.admitsBeforeClaim && delivery.mode === 'send'
        ? admit(delivery, this.world.clock.now)
        : undefined;
    return early ? this.outcomes().publish(eventsFor(delivery, early)) : this.dispatcher.dispatch(delivery);
  }

  /** As Intake.onStatus. */
  private async onStatus({ source, messageId, tenant, channel, hop }: StatusChanged): Promise<void> {
    if (source !== 'receipt' || !messageId || !hop) return;
    await this.world.ledgerOf(this.process).markAccepted(identityKey({ tenant, channel, messageId }), hop);
  }

  private outcomes(): OutcomePublisher {
    const { variant } = this.world;
    const outcomes = new OutcomePublisher(this.world.publisherOf(this.process), this.handovers);
    const publishAll = outcomes.publishAll.bind(outcomes);
    outcomes.publishAll = async (reported) => {
      const changed = reported.map((one) => ({ ...one, events: variant.eventsFor?.(one.events) ?? one.events }));
      const early = changed.flatMap(({ events: { deferred }, context }) =>
        variant.handsOverFirst && deferred ? [{ events: { facts: [], deferred }, context }] : [],
      );
      if (early.length > 0) await publishAll(early);
      const telling = publishAll(
        changed.map(({ events: { deferred, ...others }, context }) => ({
          events: { ...others, ...(deferred && !variant.handsOverFirst && { deferred }) },
          context,
        })),
      );
      if (!variant.commitsBeforePublishing) return telling;
      telling.catch(() => undefined);
      return reported.map(() => undefined);
    };
    return outcomes;
  }
}

/** A bug while the provider's response is recorded. */
const withFaultAfter = (
  routing: Pick<RoutingService<Message>, 'acquire' | 'isOpenElsewhere' | 'keyOf'>,
): Pick<RoutingService<Message>, 'acquire' | 'isOpenElsewhere' | 'keyOf'> => ({
  isOpenElsewhere: () => false,
  keyOf: (delivery) => routing.keyOf(delivery),
  acquire: async (delivery, deadline): Promise<Route<Message>> => {
    const route = await routing.acquire(delivery, deadline);
    if (!route.open || delivery.message.fault !== 'after the call') return route;
    const { grant } = route;
    return {
      open: true,
      grant: {
        ...grant,
        giveBack: (result) => {
          grant.giveBack(result);
          if (result) throw new TypeError('a bug after the call');
        },
      },
    };
  },
});
