import { createRequire } from 'node:module';

interface Connection {
  connection: { host: string; port: number };
}

/** The part of BullMQ that is used here. */
export interface BullMq {
  Queue: new (
    name: string,
    options: Connection,
  ) => {
    addBulk(jobs: { name: string; data: object; opts: object }[]): Promise<unknown>;
    close(): Promise<void>;
  };
  Worker: new (
    name: string,
    work: (job: { data: { messageId: string; index: number } }) => Promise<void>,
    options: Connection & { concurrency: number },
  ) => {
    on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
    close(): Promise<void>;
  };
}

/** BullMQ, or undefined where it is not installed: the bench goes on without it. */
export function loadBullMq(): BullMq | undefined {
  const load = createRequire(import.meta.url);
  try {
    return load('bullmq') as BullMq;
  } catch (error) {
    if ((error as { code?: string }).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const PER_CALL = 1_000;

/** Puts so many jobs into a queue, as mail that is worth three attempts. */
export async function fillQueue(name: string, messages: number, connection: Connection['connection']): Promise<void> {
  const { Queue } = loadBullMq()!;
  const queue = new Queue(name, { connection });
  for (let from = 0; from < messages; from += PER_CALL) {
    const length = Math.min(PER_CALL, messages - from);
    const jobs = Array.from({ length }, (_, step) => ({
      name: 'send',
      data: { messageId: `${name}-${from + step}`, index: from + step },
      opts: { attempts: 3, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true },
    }));
    await queue.addBulk(jobs);
  }
  await queue.close();
}
