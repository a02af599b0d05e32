import type { ControlChanged, Failure } from '#libs/contracts';
import { type Context, underContext } from '#libs/telemetry';
import type { Delivery, Outcome, SuppressedRecipient, SuppressionFound } from '../delivery.ts';
import type { OutcomeEvents } from '../publish/events.policy.ts';
import type { Grant } from '../route/routing.service.ts';
import type { CallUnderWay } from '../ending/ending.policy.ts';

/** Where a job goes next. */
export type Step = 'claim' | 'wait' | 'admit' | 'route' | 'send' | 'look up' | 'settle' | 'publish' | 'complete';

/** Who gave the job. */
export interface JobListener {
  /** The hop makes no call any more: what is left is to write down and to report what came of it. At most once. */
  freeSlot?(): void;
  /**
   * The hop has ended, or cannot be run: `IdConflict`, `Stopping`, `RecordRefused`, or the fault that a bug of ours
   * has brought. Called once.
   */
  done(error?: Error): void;
}

/** One hop of one message on its way through the pipeline; each step writes down here what it has found out. */
export class Job<M> {
  delivery: Delivery<M>;
  /** Of the trace that its events belong to. */
  readonly context: Context;
  readonly listener: JobListener;
  /** Set where the hop is only to be ended, and no provider is asked: why. */
  readonly breaksOff: Failure | undefined;
  step: Step = 'claim';
  token = '';
  /** The last moment to write a request, on the steady clock. */
  deadline = 0;
  /** How long another processing may still hold the hop, in milliseconds. */
  waitMs = 0;
  /** What is known against its recipients. */
  suppressions: readonly SuppressionFound[] = [];
  /** Upstream wants it sent no more. */
  isCancelled = false;
  /** What operators have paused or cancelled by filter, as the claim has read it. */
  controls: readonly ControlChanged[] = [];
  /** As it goes: without the recipients that are suppressed. */
  admitted: Delivery<M>;
  suppressedRecipients: readonly SuppressedRecipient[] = [];
  grant: Grant<M> | undefined;
  /** The provider was called under this claim. */
  call: CallUnderWay | undefined;
  outcome: Outcome | undefined;
  /** Thrown where the hop was decided: it is reported once its end is settled. */
  fault: Error | undefined;
  /** What is published of it, where that does not follow from the outcome. */
  events: OutcomeEvents | undefined;
  private isSlotFree = false;

  constructor(delivery: Delivery<M>, context: Context, listener: JobListener, breaksOff?: Failure) {
    this.delivery = delivery;
    this.admitted = delivery;
    this.context = context;
    this.listener = listener;
    this.breaksOff = breaksOff;
  }

  /** A claim begins with nothing known. */
  begin(token: string, deadline: number): void {
    this.token = token;
    this.deadline = deadline;
    this.admitted = this.delivery;
    this.suppressions = [];
    this.suppressedRecipients = [];
    this.isCancelled = false;
    this.controls = [];
    this.call = undefined;
    this.outcome = undefined;
    this.fault = undefined;
  }

  /** The hop has ended so. */
  end(outcome: Outcome): void {
    const { suppressedRecipients } = this;
    this.outcome =
      suppressedRecipients.length > 0 ? { ...outcome, suppressedRecipients: [...suppressedRecipients] } : outcome;
    this.step = 'settle';
  }

  /** Runs `work` in the job's trace, so that log lines and spans belong to it. */
  within<T>(work: () => T): T {
    return underContext(this.context, work);
  }

  /** It goes back to whoever gave it. */
  complete(fault?: Error): void {
    this.fault = fault;
    this.step = 'complete';
  }

  freeSlot(): void {
    if (this.isSlotFree) return;
    this.isSlotFree = true;
    this.listener.freeSlot?.();
  }
}
