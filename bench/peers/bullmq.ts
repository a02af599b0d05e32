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
