/** The destination of the lines: pino's own. */
interface Output {
  write(text: string): unknown;
}

/** This many characters are written at once; fewer after this many milliseconds. */
const MOST = 16_384;
const LATEST_MS = 100;

/**
 * Collects log lines and writes many at a time. pino's destination can buffer as well, but it concatenates and measures
 * a growing text with every line: 7 KB of the 13.5 KB that the log line of an attempt cost.
 */
export class LineBatches {
  private readonly output: Output;
  private lines: string[] = [];
  private length = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.output = output;
  }

  write(line: string): void {
    this.lines.push(line);
    this.length += line.length;
    if (this.length >= MOST) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), LATEST_MS).unref();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lines.length === 0) return;
    const text = this.lines.join('');
    this.lines = [];
    this.length = 0;
    this.output.write(text);
  }
}
