import { mustBeZero } from './check/check.policy.ts';
import type { ChaosResult } from './run.ts';

/** A run in words, for a person. */
export function reportOf({ figures, findings, timelines, seconds, dataDir }: ChaosResult, repeat: string): string {
  const { ambiguous } = figures;
  const lines = [
    '',
    `${figures.published} messages published, ${seconds.toFixed(0)} s in all. To repeat it: ${repeat}`,
    '',
    ...mustBeZero.map((name) => `  ${figures[name] === 0 ? '✓' : '✗'} ${name}: ${figures[name]}`),
    '',
    `  ${ambiguous.total} calls lost their answer: ${ambiguous.reconciled} were settled by the provider’s word, ` +
      `${ambiguous.resentOnce} went again since it had nothing,`,
    `  ${ambiguous.unconfirmed} are left to an operator, ${ambiguous.resentByPolicy} went twice by ` +
      `policy${ambiguous.resentByPolicyIds.map((id) => ` ${id}`).join('')}`,
    `  ${figures.exercised.coalesced} shared a call, ${figures.exercised.toSeveralRecipients} had several ` +
      `recipients, ${figures.exercised.orderedPairs} pairs of one key could be compared`,
    `  ${figures.operated.pauses} pauses were in force, ${figures.operated.redriven} dead letters were redriven`,
    ...(figures.receiptsNotRepeated > 0
      ? [`  ${figures.receiptsNotRepeated} end as sent: the provider gave up telling more while we could not listen`]
      : []),
    ...(findings.length > 0
      ? [
          '',
          ...findings
            .slice(0, 20)
            .map(({ kind, messageId, what }) => `  ${kind}: ${messageId ? `${messageId}: ` : ''}${what}`),
        ]
      : []),
    ...(findings.length > 20 ? [`  and ${findings.length - 20} more`] : []),
    ...timelines.map((timeline) => JSON.stringify(timeline, null, 1)),
    ...(dataDir ? ['', `Logs and data are kept in ${dataDir}`] : []),
  ];
  return lines.join('\n');
}
