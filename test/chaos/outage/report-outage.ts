import { mustBeZero, type Verdict } from '../check/check.policy.ts';
import { beyondLimits, limits } from './outage.policy.ts';
import type { OutageResult, SecondProviderResult } from './run-outage.ts';

/** With a provider that keeps up, nothing waits longer than its permit: the longest wait of a lane, in milliseconds. */
const LONGEST_PERMIT_MS = 10_000;

export const figuresOf = ({ messages, waits, parked }: SecondProviderResult) => ({ messages, parked, ...waits });

/** What went wrong, in words; none: all went well. */
export function troublesOf(alone: OutageResult, other: SecondProviderResult | undefined): string[] {
  return [
    ...beyondLimits(alone.outage),
    ...faultsOf(alone, ''),
    ...(other ? [...faultsOf(other, 'with a second provider: '), ...waitingOf(other)] : []),
  ];
}

const faultsOf = ({ figures, findings }: Verdict, where: string): string[] =>
  mustBeZero
    .filter((name) => figures[name] > 0)
    .map((name) => `${where}${name}: ${figures[name]}; ${findings.find(({ kind }) => kind === name)?.what ?? ''}`);

function waitingOf({ parked, waits }: SecondProviderResult): string[] {
  return [
    ...(parked > 0 ? [`with a second provider: ${parked} messages were parked`] : []),
    ...(waits.longest > LONGEST_PERMIT_MS
      ? [`with a second provider: one waited ${waits.longest} ms, longer than any permit is waited for`]
      : []),
  ];
}

/** For a person, and for docs/chaos.md. */
export function outageReport({ outage, figures }: OutageResult, other: SecondProviderResult | undefined): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  const rows: [string, string, string][] = [
    [
      'attempts while it was away',
      `${outage.attemptsWhileAway} (${percent(outage.attemptShare)})`,
      `at most ${percent(limits.attemptShare)}`,
    ],
    ['most hops of a message', String(outage.mostHops), `under ${limits.hops}`],
    ['drained after it was back', `${outage.drainS} s`, `${limits.drain} × ${outage.idealS} s`],
    [
      'most that had been parked in a second of the first 30 s, of what may go',
      String(outage.herd),
      `at most ${limits.herd}`,
    ],
    ['lost, sent twice', `${figures.lost}, ${figures.duplicateSends}`, '0, 0'],
    ...(other
      ? [
          [
            `with a second provider, ${other.messages} messages: parked; p50, p99, longest wait`,
            `${other.parked}; ${other.waits.p50}, ${other.waits.p99}, ${other.waits.longest} ms`,
            `0; ${LONGEST_PERMIT_MS} ms`,
          ] as [string, string, string],
        ]
      : []),
  ];
  return [
    `${outage.messages} messages in an outage of ${outage.outageS} s, ${outage.ratePerS} calls a second allowed`,
    '',
    '| figure | measured | limit |',
    '|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}
