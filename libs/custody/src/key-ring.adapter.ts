import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AesKey } from './aes-key.ts';
import { Custody, type CustodyKey, type KeyPurpose } from './custody.port.ts';
import type { Epoch } from './epoch.ts';
import { CustodyUnavailable } from './errors.ts';
import { KEY_BYTES, keyFileName, keyFileText, readKeyFileName, readKeyFileText } from './key-file.ts';

/** Names of files that are being written. What a crash left of them is nobody’s key. */
const UNFINISHED = '.new-';
/** One that is older was left by a crash, in milliseconds. */
const LEFT_AFTER_MS = 3_600_000;

const remedies = {
  folder:
    'Look at CUSTODY_KEYRING_DIR, and whether the folder is mounted there; messaging custody init makes a new one. ' +
    'What was sealed under keys that are lost opens no more.',
  mode: 'Let only the user that the services run as use it: chmod 700 for the folder, chmod 600 for the files in it.',
  damaged: 'Bring the file back from where its copy is; without one delete it: what was sealed under it opens no more.',
  foreign: 'Move it elsewhere: the folder is for keys alone.',
  access: 'Give the user that the services run as the right to read and write the folder and its files.',
};

/** Keys as files of a folder, that all services which need them share. Their bytes are on that disk alone. */
export class KeyRing extends Custody {
  private readonly folder: string;

  constructor(folder: string) {
    super();
    this.folder = folder;
  }

  async key(purpose: KeyPurpose, epoch: Epoch): Promise<CustodyKey | undefined> {
    await this.requireFolder();
    const name = keyFileName(purpose, epoch);
    const text = await this.read(name);
    if (text === undefined) return undefined;
    const bytes = readKeyFileText(text, purpose, epoch);
    if (!bytes) throw this.trouble(`${name} in it is cut off, or is no key of that name`, remedies.damaged);
    return new AesKey(createSecretKey(bytes));
  }

  async makeKey(purpose: KeyPurpose, epoch: Epoch): Promise<CustodyKey> {
    const known = await this.key(purpose, epoch);
    if (known) return known;
    await this.write(keyFileName(purpose, epoch), keyFileText(purpose, epoch, randomBytes(KEY_BYTES)));
    // Read, since another process may have been first.
    const made = await this.key(purpose, epoch);
    if (!made) throw this.trouble(`${keyFileName(purpose, epoch)} vanished from it`, remedies.folder);
    return made;
  }

  async epochs(purpose: KeyPurpose): Promise<Epoch[]> {
    await this.requireFolder();
    const keys = (await this.names()).map(readKeyFileName);
    return keys.flatMap((key) => (key?.purpose === purpose ? [key.epoch] : [])).sort();
  }

  async destroy(purpose: KeyPurpose, epoch: Epoch): Promise<void> {
    await this.requireFolder();
    await this.doing('cannot be changed', async () => {
      await rm(join(this.folder, keyFileName(purpose, epoch)), { force: true });
      await this.syncFolder();
    });
    await this.removeLeft();
  }

  /** Everything in it: a key that is needed next week is as important as one of today. */
  async examine(): Promise<void> {
    await this.requireFolder();
    for (const name of await this.names()) {
      const named = readKeyFileName(name);
      if (!named) throw this.trouble(`${JSON.stringify(name)} in it is no key`, remedies.foreign);
      await this.key(named.purpose, named.epoch);
    }
  }

  /** @throws CustodyUnavailable where it is not there, no folder, or open to others */
  private async requireFolder(): Promise<void> {
    const found = await this.doing('cannot be used', () => stat(this.folder), remedies.folder);
    if (!found.isDirectory()) throw this.trouble('is no folder', remedies.folder);
    if ((found.mode & 0o077) !== 0) throw this.trouble('is open to other users', remedies.mode);
  }

  private async names(): Promise<string[]> {
    const all = await this.doing('cannot be read', () => readdir(this.folder));
    return all.filter((name) => !name.startsWith(UNFINISHED));
  }

  /** @returns undefined: there is no such file */
  private async read(name: string): Promise<string | undefined> {
    const file = join(this.folder, name);
    return this.doing(`has ${name}, which cannot be read`, async () => {
      try {
        const { mode } = await stat(file);
        if ((mode & 0o077) !== 0) throw this.trouble(`${name} in it is open to other users`, remedies.mode);
        return await readFile(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    });
  }

  /** Under its name it is there whole or not at all, and the first one stays. */
  private async write(name: string, text: string): Promise<void> {
    const unfinished = join(this.folder, `${UNFINISHED}${randomUUID()}`);
    await this.doing('cannot be written', async () => {
      try {
        const file = await open(unfinished, 'wx', 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await link(unfinished, join(this.folder, name));
        await this.syncFolder();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        await rm(unfinished, { force: true });
      }
    });
  }

  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** What a crash left while it wrote holds a key, too. */
  private async removeLeft(): Promise<void> {
    await this.doing('cannot be changed', async () => {
      for (const name of await readdir(this.folder)) {
        if (!name.startsWith(UNFINISHED)) continue;
        const file = join(this.folder, name);
        const found = await stat(file).catch(() => undefined);
        if (found && Date.now() - found.mtimeMs > LEFT_AFTER_MS) await rm(file, { force: true });
      }
    });
  }

  private async doing<T>(what: string, work: () => Promise<T>, remedy = remedies.access): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof CustodyUnavailable) throw error;
      const { code = 'error' } = error as NodeJS.ErrnoException;
      throw this.trouble(`${what} (${code})`, remedy, error);
    }
  }

  private trouble(what: string, remedy: string, cause?: unknown): CustodyUnavailable {
    return new CustodyUnavailable(`the key-ring ${this.folder} ${what}`, remedy, { cause });
  }
}
