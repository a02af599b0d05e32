import { type Channel, perChannel } from '#libs/contracts';
import type { SummaryResponse } from '../responses.ts';

export interface Count {
  channel: Channel;
  status: string;
  count: number;
}

/** Sums counts by channel and status; every channel is included. */
export function summarise(counts: readonly Count[]): Pick<SummaryResponse, 'total' | 'channels'> {
  const channels: SummaryResponse['channels'] = perChannel(() => ({ total: 0 }));
  let total = 0;
  for (const { channel, status, count } of counts) {
    const own = channels[channel];
    own.total += count;
    own[status] = (own[status] ?? 0) + count;
    total += count;
  }
  return { total, channels };
}

/** `sent` is final once the provider's window has passed without a receipt. */
export function isFinal(
  row: { status: string; final: boolean; statusAtMs: number },
  nowMs: number,
  windowMs: number,
): boolean {
  return row.final || (row.status === 'sent' && nowMs - row.statusAtMs >= windowMs);
}
