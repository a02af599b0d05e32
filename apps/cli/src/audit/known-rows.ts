import type { AuditRow } from '../../../reporting/src/access/audit/chain.ts';
import { CliError, reasonOf, UsageError } from '../errors.ts';

/** A row that was noted elsewhere: its number and hash. @throws UsageError */
export function knownRow(text: string): [seq: number, hash: string] {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new UsageError(`${text} is no row that was noted: give its number and hash, such as 12:9f86…, in full`);
  return [Number(seq), hash];
}

/** The rows of an export. @throws CliError naming the first line that is none */
export function rowsOf(text: string, from: string): AuditRow[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      const row = JSON.parse(line) as AuditRow;
      if (!Number.isInteger(row.seq) || typeof row.hash !== 'string' || typeof row.previous !== 'string')
        throw new Error('it has no seq, hash or previous');
      return [row];
    } catch (cause) {
      throw new CliError(`${from}, line ${at + 1}, is no row of the audit: ${reasonOf(cause)}`, [
        'give what messaging audit export has printed, whole',
      ]);
    }
  });
}
