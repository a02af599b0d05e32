import { createReadStream } from 'node:fs';
import { mkdir, open, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Inject, Injectable } from '@nestjs/common';
import { type CoreConfig, SANDBOX_CONFIG } from '../config.ts';
import type { InlineImage } from './inline-image.policy.ts';
import type { StoredMessage, SuppressedRecipientReason, WebhookState } from './message.ts';

export type JournalRecord =
  | { accepted: StoredMessage }
  | { image: InlineImage }
  /** Which events (message id, position) need no webhook any more. */
  | { settled: [id: string, index: number][]; as: WebhookState }
  /** A message that its provider did not send, and why. */
  | { suppressedMessageId: string; reason: SuppressedRecipientReason }
  | { cleared: true };

/** Keeps records over a restart, as one JSON line each. Without a file it does nothing. */
@Injectable()
export class JournalStore {
  private readonly path: string | undefined;
  private file: FileHandle | undefined;
  private lines: string[] = [];
  private written: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(@Inject(SANDBOX_CONFIG) config: CoreConfig) {
    this.path = config.SANDBOX_DATA_FILE;
  }

  async open(): Promise<void> {
    if (!this.path) return;
    await mkdir(dirname(this.path), { recursive: true });
    this.file = await open(this.path, 'a', 0o600);
    // A kill may have cut the last line: the next one starts on a new line.
    await this.file.appendFile('\n');
  }

  /** All records in the order in which they were written; incomplete lines are skipped. */
  async *replay(): AsyncGenerator<JournalRecord> {
    if (!this.path) return;
    for await (const line of createInterface({ input: createReadStream(this.path), crlfDelay: Infinity })) {
      const record = parsed(line);
      if (record) yield record;
    }
  }

  /** Replaces the whole file, so that deleted records do not stay on disk. */
  async rewrite(records: Iterable<JournalRecord>): Promise<void> {
    if (!this.path) return;
    await this.file?.close();
    const fresh = `${this.path}.new`;
    await writeFile(fresh, lines(records), { mode: 0o600 });
    await rename(fresh, this.path);
    await this.open();
  }

  /**
   * Resolves once the operating system has the record, so that a killed sandbox still has every message that it
   * acknowledged.
   */
  append(record: JournalRecord): Promise<void> {
    if (!this.file) return this.written;
    this.lines.push(`${JSON.stringify(record)}\n`);
    this.next ??= this.written.then(() => this.write());
    return this.next;
  }

  async close(): Promise<void> {
    await this.next;
    await this.written;
    await this.file?.close();
    this.file = undefined;
  }

  private write(): Promise<void> {
    const batch = this.lines.join('');
    this.lines = [];
    const writing = this.file ? this.file.appendFile(batch) : Promise.resolve();
    this.next = undefined;
    this.written = writing.catch(() => undefined);
    return writing;
  }
}

function* lines(records: Iterable<JournalRecord>): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}

function parsed(line: string): JournalRecord | undefined {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch {
    return undefined;
  }
}
