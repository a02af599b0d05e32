import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureDown } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';

/** Longest rest after trouble, in milliseconds. */
const LONGEST_REST_MS = 5_000;

export interface LoopOptions {
  name: string;
  /** Rest after a round without more to do, in milliseconds. */
  everyMs: number;
  stopping: AbortSignal;
  logger: Logger;
}

/**
 * Runs `round` again and again until the service stops; at once while it says that there is more to do.
 * Trouble is waited out, longer each time: the loop never ends by itself. Resolves when the last round is over.
 */
export async function loop(options: LoopOptions, round: () => Promise<{ more: boolean }>): Promise<void> {
  const { name, everyMs, stopping, logger } = options;
  let troubles = 0;
  while (!stopping.aborted) {
    let rest: number;
    try {
      rest = (await round()).more ? 0 : everyMs;
      troubles = 0;
    } catch (err) {
      rest = Math.min(LONGEST_REST_MS, everyMs * 2 ** troubles);
      troubles = Math.min(troubles + 1, 10);
      logger[err instanceof InfrastructureDown ? 'warn' : 'error'](
        { err, loop: name },
        'a round failed and is repeated',
      );
    }
    await delay(rest, undefined, { signal: stopping }).catch(() => undefined);
  }
}
