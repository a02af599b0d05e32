import type { Suppression, SyncLine } from './client.ts';

/** One suppression as a line of text. */
export function lineOf({
  channel,
  recipient,
  mask,
  scope,
  tenant,
  reason,
  at,
  lifted,
  provider,
  source,
  note,
  by,
}: Suppression): string {
  const whose = tenant === undefined ? '' : ` of ${tenant}`;
  const from = [source, provider].filter(Boolean).join(' ');
  const person = by === undefined ? '' : `, ${lifted ? 'lifted ' : ''}by ${by}${note === undefined ? '' : `: ${note}`}`;
  return (
    `${at}  ${channel.padEnd(5)}  ${(mask ?? '').padEnd(24)}  ${recipient}  ` +
    `${lifted ? 'lifted: ' : ''}${scope}${whose}, ${reason}${from === '' ? '' : ` (${from})`}${person}`
  );
}

export interface ListTotal {
  provider: string;
  list: string;
  read: number;
  published: number;
  trouble?: string;
}

/** The number of entries per list, summed over the pages. */
export function totalsOf(lines: readonly SyncLine[]): ListTotal[] {
  const totals = new Map<string, ListTotal>();
  for (const { provider, list, read = 0, published = 0, trouble } of lines) {
    if (provider === undefined || list === undefined) continue;
    const known = totals.get(`${provider} ${list}`) ?? { provider, list, read: 0, published: 0 };
    totals.set(`${provider} ${list}`, {
      ...known,
      read: known.read + read,
      published: known.published + published,
      ...(trouble !== undefined && { trouble }),
    });
  }
  return [...totals.values()];
}

export function totalLine({ provider, list, read, published, trouble }: ListTotal): string {
  const counted = `${provider} ${list.replaceAll('_', ' ')}: ${read} there, ${published} new`;
  return trouble === undefined ? `✓ ${counted}` : `✗ ${counted}; ${trouble}`;
}
