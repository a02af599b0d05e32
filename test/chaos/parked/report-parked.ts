import { limits, type ParkedFigures, PROVIDERS_RATE } from './parked.policy.ts';

/** For a person, and for docs/chaos.md. */
export function parkedReport(figures: ParkedFigures): string[] {
  const rows = [
    ['most released in a second', `${figures.mostReleasedInASecond}`, `at most ${limits.releasedInASecond}`],
    ['taken by the provider a second', `${figures.acceptedPerS}`, `${limits.acceptedPerS} to ${PROVIDERS_RATE}`],
    ['urgent ones of those', `${figures.urgentShare}`, `at least ${limits.urgentShare}`],
    ['sent twice, lost', `${figures.sentTwice}, ${figures.lost}`, '0, 0'],
  ];
  return [
    `${figures.messages} messages parked, watched for ${figures.seconds} s`,
    '',
    '| figure | measured | limit |',
    '|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}
