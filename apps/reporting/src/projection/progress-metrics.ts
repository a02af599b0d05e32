import { count, counters, histograms, measure } from '#libs/telemetry';
import type { DeadLetterFact } from './fact.ts';
import type { Progress } from './progress.policy.ts';

/** Counts the steps that messages have made, once their transaction is committed. */
export function countProgress(steps: readonly Progress[]): void {
  for (const { channel, lane, status, engagement, provider, failureKind, tookS } of steps) {
    if (engagement) {
      count(counters.engagements, { 'mi.channel': channel, 'mi.provider': provider, 'mi.engagement': engagement });
      continue;
    }
    const labels = { 'mi.channel': channel, 'mi.lane': lane, 'mi.provider': provider };
    count(counters.messages, { ...labels, 'mi.status': status, 'mi.failure.kind': failureKind });
    if (tookS === undefined) continue;
    measure(status === 'sent' ? histograms.timeToProvider : histograms.timeToDelivery, labels, tookS);
  }
}

/** Counts messages that were given up, once their transaction is committed. */
export function countLetters(letters: readonly DeadLetterFact[]): void {
  for (const { channel, lane, reason, failure } of letters)
    count(counters.deadLetters, {
      'mi.channel': channel,
      'mi.lane': lane,
      'mi.reason': reason,
      'mi.failure.kind': failure.kind,
    });
}
