import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MjmlAnswer, MjmlQuestion } from './mjml.worker.ts';

/** So long the thread stays for the next one: templates are read one after another. */
const STAYS_MS = 500;

let thread: MjmlThread | undefined;

/**
 * MJML to HTML, in a thread of its own that ends when there is nothing left to do: MJML and its packages hold 40 MB, which
 * a service would carry for ever, and have its garbage collector look through, for what it needs once at its start.
 */
export async function mjml(question: MjmlQuestion): Promise<MjmlAnswer> {
  thread ??= new MjmlThread(() => (thread = undefined));
  return thread.ask(question);
}

class MjmlThread {
  private readonly worker: Worker;
  private readonly open = new Map<number, { resolve: (answer: MjmlAnswer) => void; reject: (error: unknown) => void }>();
  private readonly onEnd: () => void;
  private asked = 0;
  private rest: NodeJS.Timeout | undefined;

  constructor(onEnd: () => void) {
    this.onEnd = onEnd;
    this.worker = new Worker(new URL(`./mjml.worker${extname(import.meta.url)}`, import.meta.url), { execArgv: [] });
    this.worker.on('message', ({ id, answer }: { id: number; answer: MjmlAnswer }) => {
      this.open.get(id)?.resolve(answer);
      this.open.delete(id);
      if (this.open.size === 0) this.rest = setTimeout(() => this.end(), STAYS_MS).unref();
    });
    this.worker.once('error', (error) => this.end(error));
    this.worker.unref();
  }

  ask(question: MjmlQuestion): Promise<MjmlAnswer> {
    clearTimeout(this.rest);
    const id = (this.asked += 1);
    this.worker.ref();
    const answer = new Promise<MjmlAnswer>((resolve, reject) => this.open.set(id, { resolve, reject }));
    this.worker.postMessage({ id, ...question });
    return answer.finally(() => {
      if (this.open.size === 0) this.worker.unref();
    });
  }

  private end(error?: unknown): void {
    this.onEnd();
    for (const { reject } of this.open.values()) reject(error);
    this.open.clear();
    void this.worker.terminate();
  }
}
