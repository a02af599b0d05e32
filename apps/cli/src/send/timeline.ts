import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportingAccess } from '../environment/reporting-api.ts';
import { reasonOf } from '../errors.ts';
import type { SendOrder } from './order.ts';
import { detailOf, type Detail } from './words.ts';

export interface TimelineEntry extends Detail {
  status: string;
  at: string;
  attempt?: number | null;
  provider?: string | null;
}

/** A message as the reporting API returns it. */
export interface Timeline {
  messageId: string;
  channel: string;
  tenant: string;
  status: string;
  final: boolean;
  traceId: string | null;
  timeline: TimelineEntry[];
}

const TIMEOUT_MS = 8_000;

/**
 * The timeline, once reporting has processed what was read from the topic.
 * @throws Error in plain words
 */
export async function fetchTimeline(
  { url, key }: ReportingAccess,
  order: SendOrder,
  untilFinal: boolean,
): Promise<Timeline> {
  const [id, tenant] = [order.messageId, order.tenant].map(encodeURIComponent);
  const address = `${url}/v1/messages/${order.channel}/${id}?tenant=${tenant}`;
  const end = performance.now() + TIMEOUT_MS;
  for (;;) {
    const late = performance.now() > end;
    const answer = await fetch(address, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(10_000),
    }).catch((error: unknown) => {
      throw new Error(`the reporting API at ${url} (REPORTING_URL) cannot be reached: ${reasonOf(error)}`);
    });
    if (answer.status === 401 || answer.status === 403)
      throw new Error(`the reporting API at ${url} does not take this key (REPORTING_KEY)`);
    if (answer.ok) {
      const timeline = (await answer.json()) as Timeline;
      if (!Array.isArray(timeline.timeline))
        throw new Error(`what answers at ${url} (REPORTING_URL) is not the reporting API`);
      if (timeline.final || !untilFinal || late) return timeline;
    } else if (answer.status !== 404 || late) {
      throw new Error(`the reporting API at ${url} answered ${answer.status}`);
    }
    await sleep(200);
  }
}

/** A timeline as a table. */
export function tableOf({ timeline }: Timeline): string[] {
  const first = Date.parse(timeline[0]?.at ?? '');
  const rows = timeline.map((entry) => [
    entry.at.slice(11, 23),
    `+${((Date.parse(entry.at) - first) / 1000).toFixed(2)} s`,
    entry.status,
    entry.attempt ? String(entry.attempt) : '',
    entry.provider ?? '',
    detailOf(entry),
  ]);
  const all = [['at (UTC)', 'after', 'status', 'attempt', 'provider', ''], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}`,
  );
}
