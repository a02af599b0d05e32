import { type ControlChanged, isOn, type OperatingService, type OperationChanged, topics } from '#libs/contracts';
import { count, counters, type Logger } from '#libs/telemetry';
import type { Publisher } from '#libs/transport';
import type { Job } from '../jobs.ts';
import type { Controls, OpenControl, ControlInForce } from './controls.port.ts';
import { waitBeforeDone, wordOf } from './words.policy.ts';

/** What came of a control in one round. */
export type CarriedOut =
  | { done: true; counts?: Record<string, number> }
  /** There is more to do. */
  | { done: false; counts: Record<string, number>; sweptTo: string | null }
  /** It cannot be carried out here: why, in plain words. */
  | { failed: string };

export interface ControlReportsOptions {
  service: OperatingService;
  controls: Controls;
  publisher: Pick<Publisher, 'publish'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** How long a claim of this service protects its holder, in milliseconds; 0: it makes no calls. */
  leaseMs: number;
  /** What this service does about a control, beside keeping it; undefined: nothing. Repeating it must be safe. */
  carryOut?: (open: OpenControl) => Promise<CarriedOut>;
  now?: () => number;
}

/** Well under the two seconds in which a control is in force. */
const EVERY_MS = 250;
const CLEANUP_MS = 3_600_000;

/**
 * Follows the operators' controls into a table, and says on `messaging.operation.changed` when they are in force: one
 * lease after a statement has seen the row, since a claim that had not may call until then.
 */
export class ControlReports {
  private readonly options: ControlReportsOptions;
  private known: readonly ControlInForce[] = [];

  constructor(options: ControlReportsOptions) {
    this.options = options;
  }

  /** A record of the topic. @throws InfrastructureDown; repeating is safe, in any order */
  async onChanged(change: ControlChanged): Promise<void> {
    const { controls, service, logger } = this.options;
    if (!(await controls.apply(change))) return;
    const { kind, operationId, by, seq } = change;
    const state = kind === 'lift' || isOn(change) ? 'on' : 'off';
    count(counters.controls, { 'mi.service': service, 'mi.control.kind': kind, 'mi.control.state': state });
    // Without its reason: a person wrote that, and it may hold anything.
    logger.info({ kind, state, operationId, by, seq }, 'an operator’s control has been taken up');
  }

  /** What is done again and again. */
  jobs(): Job[] {
    return [
      { name: 'controls', everyMs: EVERY_MS, round: () => this.round() },
      { name: 'clean up controls', everyMs: CLEANUP_MS, round: () => this.options.controls.deleteOld() },
    ];
  }

  /** What was in force a moment ago. */
  inForce(): readonly ControlInForce[] {
    return this.known;
  }

  /** @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe. */
  async round(): Promise<void> {
    const { controls } = this.options;
    this.known = await controls.inForce();
    for (const control of await controls.markSeen()) await this.say(control, { state: 'accepted' });
    for (const open of await controls.unreported()) await this.carryOn(open);
  }

  private async carryOn(open: OpenControl): Promise<void> {
    const { controls, leaseMs, carryOut } = this.options;
    const carried: CarriedOut = carryOut ? await carryOut(open) : { done: true };
    if ('failed' in carried) await this.say(open.control, { state: 'failed', reason: carried.failed });
    else if (!carried.done) return controls.noteProgress(open, carried.counts, carried.sweptTo);
    else if (open.seenForMs < waitBeforeDone(open.control, leaseMs)) return;
    else await this.say(open.control, { state: 'done', counts: carried.counts ?? open.counts });
    await controls.markReported(open);
  }

  private async say(control: ControlChanged, said: Parameters<typeof wordOf>[2]): Promise<void> {
    const { service, publisher, now = Date.now } = this.options;
    const value: OperationChanged = wordOf(control, service, said, now());
    await publisher.publish({ topic: topics.operationChanged, key: value.operationId, value });
  }
}
