import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CustodyUnavailable, CustodyWatch, KeyRing } from '#libs/custody';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const WEEK = '2026-W48';
const name = `operations-${WEEK}.key`;
const bound = Buffer.from('a test');
let folder: string;
let ring: KeyRing;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-ring-'));
  ring = new KeyRing(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, name);
const troubleOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CustodyUnavailable);
  return error as CustodyUnavailable;
};

describe('a folder of keys', () => {
  it('keeps each key as a file for its user alone, and gives the same one to everybody', async () => {
    expect(await ring.key('operations', WEEK)).toBeUndefined();
    const key = await ring.makeKey('operations', WEEK);
    const bytes = readFileSync(file());
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const wrapped = await (await new KeyRing(folder).makeKey('operations', WEEK)).wrap(Buffer.from('ada'), bound);
    expect((await key.unwrap(wrapped, bound))?.toString()).toBe('ada');
    expect(readFileSync(file())).toEqual(bytes);
    expect(readdirSync(folder)).toEqual([name]);
    await ring.examine();
  });

  it('has one key of a week, however many processes make it at the same time', async () => {
    const script = join(import.meta.dirname, 'make-key.ts');
    const made = await Promise.all(
      Array.from({ length: 6 }, async (_, at) => {
        const child = spawn(process.execPath, ['--conditions=source', script, folder, WEEK, `text ${at}`], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        return Buffer.from(await text(child.stdout), 'base64url');
      }),
    );
    const key = (await ring.key('operations', WEEK))!;
    for (const [at, wrapped] of made.entries())
      expect((await key.unwrap(wrapped, bound))?.toString()).toBe(`text ${at}`);
    expect(readdirSync(folder)).toEqual([name]);
  }, 60_000);

  it('lists its weeks, and forgets a key that is destroyed, with what a crash has left', async () => {
    for (const week of ['2026-W49', WEEK, '2027-W01']) await ring.makeKey('operations', week);
    expect(await ring.epochs('operations')).toEqual([WEEK, '2026-W49', '2027-W01']);
    for (const left of ['.new-old', '.new-young']) writeFileSync(join(folder, left), 'a key', { mode: 0o600 });
    utimesSync(join(folder, '.new-old'), 1, 1);
    for (let again = 0; again < 2; again += 1) await ring.destroy('operations', WEEK);
    expect(await ring.key('operations', WEEK)).toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual(['.new-young', 'operations-2026-W49.key', 'operations-2027-W01.key']);
    await ring.examine();
  });

  it.each<[string, () => void, RegExp, RegExp]>([
    ['is missing', () => rmSync(folder, { recursive: true }), /cannot be used \(ENOENT\)/, /custody init/],
    [
      'is a file',
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '', { mode: 0o600 });
      },
      /is no folder/,
      /CUSTODY_KEYRING_DIR/,
    ],
    ['is open to others', () => chmodSync(folder, 0o755), /is open to other users/, /chmod 700/],
    ['has a key that is open to others', () => chmodSync(file(), 0o644), /\.key in it is open to other/, /chmod 600/],
    ['has a key that is cut off', () => cut(20), /cut off/, /copy/],
    ['has a key that is empty', () => cut(Infinity), /cut off/, /copy/],
    [
      'has a key with one letter changed',
      () => writeFileSync(file(), changed(readFileSync(file(), 'utf8')), { mode: 0o600 }),
      /cut off, or is no key/,
      /copy/,
    ],
    [
      'has a key under the name of another week',
      () => writeFileSync(join(folder, 'operations-2026-W47.key'), readFileSync(file()), { mode: 0o600 }),
      /operations-2026-W47\.key in it is cut off, or is no key of that name/,
      /copy/,
    ],
    [
      'has a folder for a key',
      () => {
        rmSync(file());
        mkdirSync(file(), 0o700);
      },
      /cannot be read \(EISDIR\)/,
      /right/,
    ],
    ['has a foreign file', () => writeFileSync(join(folder, 'notes.txt'), ''), /"notes.txt" in it is no key/, /Move/],
  ])('that %s is reported with what to do, and nothing in it is overwritten', async (_, damage, what, remedy) => {
    await ring.makeKey('operations', WEEK);
    const whole = readFileSync(file(), 'utf8');
    damage();
    const trouble = await troubleOf(ring.examine());
    expect([trouble.code, trouble.message, trouble.remedy]).toEqual([
      'MSG_CUSTODY',
      expect.stringMatching(what),
      expect.stringMatching(remedy),
    ]);
    expect(`${trouble.message} ${trouble.remedy}`).not.toContain(whole.split(' ')[3]!);
    const watch = new CustodyWatch(ring);
    await watch.look();
    expect(watch.concern()).toMatchObject({ meaning: expect.stringMatching(what), remedy: trouble.remedy });
  });

  it.each([20, Infinity])('does not make a key anew where the one of that week is cut off', async (bytes) => {
    await ring.makeKey('operations', WEEK);
    cut(bytes);
    const before = readFileSync(file(), 'utf8');
    await troubleOf(ring.makeKey('operations', WEEK));
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });
});

const cut = (bytes: number) => {
  const whole = readFileSync(file(), 'utf8');
  writeFileSync(file(), whole.slice(0, Math.max(0, whole.length - bytes)), { mode: 0o600 });
};
/** One letter of the key is another one. */
const changed = (whole: string) => {
  const at = whole.indexOf(WEEK) + WEEK.length + 5;
  return whole.slice(0, at) + (whole[at] === 'A' ? 'B' : 'A') + whole.slice(at + 1);
};
