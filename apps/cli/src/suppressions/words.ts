/** A suppression, as the API shows it. */
export interface Suppression {
  channel: string;
  recipient: string;
  mask?: string;
  scope: string;
  tenant?: string;
  reason: string;
  at: string;
  lifted: boolean;
  provider?: string;
  source?: string;
  note?: string;
  by?: string;
}

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
