import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Tinypool from 'tinypool';
import type { MjmlResponse, MjmlQuestion } from './mjml.worker.ts';

/** How long the thread waits for the next template: they are read one after another. */
const STAYS_MS = 500;

let pool: Tinypool | undefined;

/**
 * Converts MJML to HTML in a worker thread that ends when there is no more work. MJML and its packages take 20 MB of
 * heap, which a service would keep, and have collected, for its whole life, although it needs them only at its start.
 */
export async function mjml(question: MjmlQuestion): Promise<MjmlResponse> {
  pool ??= new Tinypool({
    filename: fileURLToPath(new URL(`./mjml.worker${extname(import.meta.url)}`, import.meta.url)),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: STAYS_MS,
    // Flags of this process are not passed on: some are not allowed for a thread.
    execArgv: [],
  });
  return (await pool.run(question)) as MjmlResponse;
}
