import type { Failure } from '#libs/contracts';
import type { Provider } from '#libs/providers';
import { currentContext, type Context, type Logger } from '#libs/telemetry';
import { untilUp } from '#libs/transport';
import { isForgotten } from './accept/admit.policy.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Delivery, Ledger } from './delivery.ts';
import { leaveToOperator } from './ledger/claim.step.ts';
import { Job, type JobListener } from './pipeline/job.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import type { ChannelRules } from './pipeline/tools.ts';
import type { OutcomePublisher } from './publish/outcome-publisher.service.ts';
import type { QuietHours } from './quiet/quiet-hours.ts';
import type { RoutingService } from './route/routing.service.ts';
import { Coalescer } from './send/coalescer.service.ts';

export interface DeliveryOptions<M> {
  providers: readonly Provider<M>[];
  /** Why the channel itself does not send the message. */
  channel?: ChannelRules<M>;
  routing: Pick<RoutingService<M>, 'acquire' | 'isOpenElsewhere' | 'keyOf'>;
  /** Providers whose answers 5xx are taken as refusals; none where it is not said. */
  refusing5xx?: ReadonlySet<string>;
  quietHours?: Pick<QuietHours, 'of'>;
  ledger: Ledger;
  outcomes: Pick<OutcomePublisher, 'publishAll'>;
  logger: Logger;
  stopping: AbortSignal;
  /** The duration of a lease, in milliseconds. */
  leaseMs: number;
  /** The part of the lease that must remain when a request is written, in milliseconds. */
  guardMs: number;
  retentionDays: number;
  /** How long bulk messages wait for others of the same content, in milliseconds; 0: not at all. */
  coalesceLingerMs?: number;
  /** How long a claim, a settlement or an event waits for others while the load is high, in milliseconds. */
  batchLingerMs?: number;
  clock?: Clock;
}

/** Sends messages, one hop at a time (docs/architecture.md). */
export class DeliveryService<M> {
  private readonly pipeline: Pipeline<M>;
  private readonly retentionDays: number;
  private readonly clock: Clock;

  constructor({
    stopping,
    retentionDays,
    coalesceLingerMs = 0,
    batchLingerMs,
    clock = systemClock,
    channel,
    refusing5xx = new Set(),
    quietHours,
    ...tools
  }: DeliveryOptions<M>) {
    this.retentionDays = retentionDays;
    this.clock = clock;
    const down = {
      logger: tools.logger,
      stopping,
      firstWaitMs: 100,
      wait: (ms: number, signal: AbortSignal) => clock.wait(ms, signal),
    };
    this.pipeline = new Pipeline<M>({
      tools: {
        ...tools,
        refusing5xx,
        quietHours,
        channel,
        clock,
        coalescer: new Coalescer(coalesceLingerMs, clock),
        untilUp: (step) => untilUp(down, step),
      },
      stopping,
      batchLingerMs,
    });
  }

  /**
   * Runs one hop to its end: claim, admit, route, send, settle, publish.
   * @param context of the trace that its events belong to
   * @param listener called when it has ended: with IdConflict when the id was used for other content; Stopping when the
   * service stops before; RecordRefused when what came of it cannot be published; the fault that a bug of ours has
   * brought: how the hop ends is settled then, and `breakOff` publishes it
   */
  take(delivery: Delivery<M>, context: Context, listener: JobListener): void {
    const job = new Job(delivery, context, listener);
    if (isForgotten(delivery, this.retentionDays, this.clock.now())) leaveToOperator(job);
    this.pipeline.run(job);
  }

  /**
   * As `take`, for one hop.
   * @throws the error that the listener would get
   */
  dispatch(delivery: Delivery<M>): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error) => (error ? reject(error) : resolve());
      this.take(delivery, currentContext(), { done });
    });
  }

  /**
   * Ends a hop that cannot be processed. Its outcome in the ledger is reported, or `failure` where it has none yet.
   * @throws Stopping when the service stops before it is finished
   */
  breakOff(delivery: Delivery<unknown>, failure: Failure): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error) => (error ? reject(error) : resolve());
      // No step that reads the message is run.
      this.pipeline.run(new Job(delivery as Delivery<M>, currentContext(), { done }, failure));
    });
  }
}
