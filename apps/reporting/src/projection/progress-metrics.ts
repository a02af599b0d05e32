import { count, counters, histograms, measure } from '#libs/telemetry';
import type { Progress } from './progress.policy.ts';

/** Counts the steps that messages have made, once their transaction is committed. */
export function countProgress(steps: readonly Progress[]): void {
  for (const { channel, lane, status, provider, failureKind, tookS } of steps) {
    const labels = { 'mi.channel': channel, 'mi.lane': lane, 'mi.provider': provider };
    count(counters.messages, { ...labels, 'mi.status': status, 'mi.failure.kind': failureKind });
    if (tookS === undefined) continue;
    measure(status === 'sent' ? histograms.timeToProvider : histograms.timeToDelivery, labels, tookS);
  }
}
