import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Tinypool from 'tinypool';
import type { MjmlResponse, MjmlQuestion } from './mjml.worker.ts';

/** So long the thread stays for the next one: templates are read one after another. */
const STAYS_MS = 500;

let pool: Tinypool | undefined;

/**
 * MJML to HTML, in a thread that ends when there is nothing left to do: MJML and its packages hold 20 MB of heap, which
 * a service would carry for ever, and have its garbage collector look through, for what it needs once at its start.
 */
export async function mjml(question: MjmlQuestion): Promise<MjmlResponse> {
  pool ??= new Tinypool({
    filename: fileURLToPath(new URL(`./mjml.worker${extname(import.meta.url)}`, import.meta.url)),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: STAYS_MS,
    // None of this process's own flags, which a thread may not have.
    execArgv: [],
  });
  return (await pool.run(question)) as MjmlResponse;
}
