import { readFileSync } from 'node:fs';
import { InvalidConfiguration } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import type { Job } from './jobs.ts';

/** How often a file is looked at. Mounted files (a ConfigMap) change without an event. */
const LOOK_EVERY_MS = 2_000;

/** What a file says, or what is wrong with it. */
export type ReadFile<T> = { value: T } | { problems: readonly string[] };

export interface WatchedFileOptions<T> {
  /** Its path, and the setting that gives it. */
  file: string;
  setting: string;
  /** What it holds, such as `the retry policy`. */
  holds: string;
  /** What describes its form. */
  form: string;
  read: (text: string) => ReadFile<T>;
  logger: Pick<Logger, 'info' | 'error'>;
}

/** A file of settings that is read again when it changes. A wrong one changes nothing: what it said before stays. */
export class WatchedFile<T> {
  private readonly options: WatchedFileOptions<T>;
  private value: T;
  private text: string | undefined;
  /** What is wrong with the file as it is now. */
  private problems: readonly string[] = [];

  /** @throws InvalidConfiguration where the file is wrong from the beginning */
  constructor(options: WatchedFileOptions<T>) {
    this.options = options;
    const { file, setting, holds } = options;
    const { text, read } = this.read();
    this.text = text;
    if ('problems' in read) {
      const problems = read.problems.map((problem) => `\n  - ${problem}`).join('');
      throw new InvalidConfiguration(`${setting} (${file}) does not hold ${holds}:${problems}`);
    }
    this.value = read.value;
  }

  get current(): T {
    return this.value;
  }

  job(name: string): Job {
    return { name, everyMs: LOOK_EVERY_MS, round: () => Promise.resolve(this.look()) };
  }

  /** Looks at the file once. */
  look(): void {
    const { file, holds, logger } = this.options;
    const { text, read } = this.read();
    if (text === this.text && text !== undefined) return;
    this.text = text;
    if ('value' in read) {
      this.value = read.value;
      this.problems = [];
      logger.info({ file }, `${holds} has changed`);
      return;
    }
    const isNews = read.problems.join() !== this.problems.join();
    this.problems = read.problems;
    if (isNews) logger.error({ file, problems: read.problems }, `${holds} stays as it was: its file is wrong`);
  }

  /** For the readiness. Undefined: the file is as it should be. */
  concern(): { meaning: string; remedy: string } | undefined {
    if (this.problems.length === 0) return undefined;
    const { setting, holds, form } = this.options;
    const said = `${holds.charAt(0).toUpperCase()}${holds.slice(1)}`;
    return {
      meaning: `${said} stays as it was, since its file is wrong: ${this.problems.join('; ')}.`,
      remedy: `Correct the file of ${setting} (${form}); it is read again by itself.`,
    };
  }

  private read(): { text: string | undefined; read: ReadFile<T> } {
    try {
      const text = readFileSync(this.options.file, 'utf8');
      return { text, read: this.options.read(text) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'error';
      return { text: undefined, read: { problems: [`the file cannot be read (${code})`] } };
    }
  }
}
