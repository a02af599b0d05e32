import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { AesKey } from './aes-key.ts';
import { Custody, type CustodyKey, type KeyPurpose } from './custody.port.ts';
import type { Epoch } from './epoch.ts';
import { CustodyUnavailable } from './errors.ts';
import { Sealing } from './sealing.service.ts';

const WEEK_MS = 7 * 86_400_000;
const address = 'ada@inbox.test';
const context = { operationId: 'lift-17', channel: 'email', recipient: 'ab'.repeat(16), scope: 'all', tenant: 'shop' };

/** Keys in memory, and how often they were asked for. */
class MemoryCustody extends Custody {
  readonly keys = new Map<Epoch, CustodyKey>();
  readonly bytes: Buffer[] = [];
  asked = 0;
  isAway = false;

  key(_: KeyPurpose, epoch: Epoch): Promise<CustodyKey | undefined> {
    this.asked += 1;
    if (this.isAway) return Promise.reject(new CustodyUnavailable('the folder is away', 'Bring it back.'));
    return Promise.resolve(this.keys.get(epoch));
  }
  async makeKey(purpose: KeyPurpose, epoch: Epoch): Promise<CustodyKey> {
    const known = await this.key(purpose, epoch);
    if (known) return known;
    const bytes = randomBytes(32);
    this.bytes.push(bytes);
    const key = new AesKey(createSecretKey(bytes));
    this.keys.set(epoch, key);
    return key;
  }
  epochs(): Promise<Epoch[]> {
    return Promise.resolve([...this.keys.keys()]);
  }
  destroy(_: KeyPurpose, epoch: Epoch): Promise<void> {
    this.keys.delete(epoch);
    return Promise.resolve();
  }
  examine(): Promise<void> {
    return Promise.resolve();
  }
}

let custody: MemoryCustody;
let nowMs: number;
const aProcess = () => new Sealing({ custody, purpose: 'operations', epochsKept: 5, now: () => nowMs });
beforeEach(() => {
  custody = new MemoryCustody();
  nowMs = Date.parse('2026-11-29T12:00:00Z');
});

describe('a sealed address', () => {
  it('opens in another process for what it was sealed for, and shows nothing before', async () => {
    const sealed = await aProcess().seal(address, context);
    expect(sealed).toMatch(/^v1\.2026-W48\.[\w-]+$/);
    expect(Buffer.from(sealed.split('.')[2]!, 'base64url').toString('latin1')).not.toContain('ada');
    const reordered = Object.fromEntries(Object.entries(context).toReversed());
    expect(await aProcess().open(sealed, reordered)).toEqual({ text: address });
    expect(await aProcess().seal(address, context)).not.toBe(sealed);
  });

  it.each(Object.keys(context))('does not open for another %s, nor without any', async (name) => {
    const sealed = await aProcess().seal(address, context);
    const { [name as 'scope']: value, ...without } = context;
    for (const other of [{ ...context, [name]: `${value}x` }, { ...context, [name]: '' }, without])
      expect(await aProcess().open(sealed, other)).toEqual({ closed: 'wrong' });
  });

  it('does not open for values that read the same when they are put together', async () => {
    const sealed = await aProcess().seal(address, { a: 'b","c', d: '' });
    const others: Record<string, string>[] = [{ a: 'b', c: 'd' }, { a: 'b","c","d' }, { 'a":"b': 'c', d: '' }];
    for (const other of others) expect(await aProcess().open(sealed, other)).toEqual({ closed: 'wrong' });
  });

  it('does not open with one bit changed, cut off, or with something behind it', async () => {
    const sealed = await aProcess().seal(address, context);
    const [version, epoch, body] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    const texts = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      return `${version}.${epoch}.${changed.toString('base64url')}`;
    });
    const others = [sealed.slice(0, -1), `${sealed}A`, `${sealed}=`, `${sealed}\n`, `v2${sealed.slice(2)}`, '', 'v1..'];
    for (const text of [...texts, ...others]) expect(await aProcess().open(text, context)).toEqual({ closed: 'wrong' });
  });

  it('does not open under the key of another week', async () => {
    const sealed = await aProcess().seal(address, context);
    nowMs += WEEK_MS;
    await aProcess().seal(address, context);
    expect(await aProcess().open(sealed.replace('W48', 'W49'), context)).toEqual({ closed: 'wrong' });
    expect(await aProcess().open(sealed, context)).toEqual({ text: address });
  });
});

describe('the key of a week', () => {
  it('is asked for once in a process', async () => {
    const one = aProcess();
    const sealed = await Promise.all(Array.from({ length: 20 }, () => one.seal(address, context)));
    for (const text of sealed) expect(await one.open(text, context)).toEqual({ text: address });
    expect(custody.asked).toBe(1);
  });

  it('is asked for again where it could not be given, or was not there yet', async () => {
    const sealed = await aProcess().seal(address, context);
    const keys = new Map(custody.keys);
    const late = aProcess();
    custody.isAway = true;
    await expect(late.open(sealed, context)).rejects.toThrow(CustodyUnavailable);
    custody.isAway = false;
    custody.keys.clear();
    expect(await late.open(sealed, context)).toEqual({ closed: 'missing' });
    for (const [epoch, key] of keys) custody.keys.set(epoch, key);
    expect(await late.open(sealed, context)).toEqual({ text: address });
  });

  it('is destroyed once it is past keeping, and opens nothing any more, not even where it is known', async () => {
    const [one, other] = [aProcess(), aProcess()];
    const sealed = await one.seal(address, context);
    expect(await other.open(sealed, context)).toEqual({ text: address });
    nowMs += 4 * WEEK_MS;
    expect(await one.destroyOld()).toEqual([]);
    expect(await other.open(sealed, context)).toEqual({ text: address });
    nowMs += WEEK_MS;
    expect(await one.destroyOld()).toEqual(['2026-W48']);
    expect(await other.open(sealed, context)).toEqual({ closed: 'gone' });
    expect(await one.destroyOld()).toEqual([]);
  });

  it('is not shown where something of it is printed', async () => {
    const one = aProcess();
    await one.seal(address, context);
    const shown = inspect([one, custody.keys], { depth: 10, showHidden: true }) + JSON.stringify([one, custody.keys]);
    for (const bytes of custody.bytes)
      for (const form of ['hex', 'base64', 'base64url'] as const) expect(shown).not.toContain(bytes.toString(form));
  });
});
