import { type Bench, IN_FLIGHT } from '../bench.ts';
import { startChild } from '../foundation/child.ts';

export interface PeerOptions {
  /** Under bench/peers. */
  script: string;
  warmUp: number;
  messages: number;
  /** How many calls it may have under way; default: `IN_FLIGHT`. */
  inFlight?: number;
  env?: Record<string, string>;
}

/** One peer, in a process of its own; the provider stub holds the watch. @returns messages per second */
export async function runPeer(bench: Bench, options: PeerOptions): Promise<number> {
  const { script, warmUp, messages, inFlight = IN_FLIGHT, env } = options;
  const { provider, closers } = bench;
  const total = warmUp + messages;
  const order = { PROVIDER_URL: provider.url, MESSAGES: String(total), IN_FLIGHT: String(inFlight), ...env };
  const { child } = await startChild(`peers/${script}`, order, closers);
  // A peer says `failed` when it cannot go on, and nothing when all is well.
  const failed = child.next('failed');
  const marks = Promise.all([provider.child.next('from'), provider.child.next('to')]);
  provider.child.tell({ from: warmUp, to: total });
  child.tell({});
  const [from, to] = (await Promise.race([marks, failed])) as Awaited<typeof marks>;
  failed.catch(() => undefined);
  await child.stop('SIGKILL');
  return (messages / (to.at - from.at)) * 1_000;
}
