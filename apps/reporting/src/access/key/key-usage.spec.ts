import { describe, expect, it } from '@jest/globals';
import { KeyUsage } from './key-usage.ts';

describe('when keys were last used', () => {
  const at = (second: number) => new Date(Date.UTC(2030, 0, 31, 12, 0, second));

  it('is written once for many uses, and not at all where there was none', async () => {
    const written: [string, Date][][] = [];
    const usage = new KeyUsage({ noteUse: (uses) => Promise.resolve(void written.push([...uses])) });
    await usage.write();
    for (const second of [1, 2, 3]) usage.used('a', at(second));
    usage.used('b', at(2));
    await usage.write();
    await usage.write();
    expect(written).toEqual([
      [
        ['a', at(3)],
        ['b', at(2)],
      ],
    ]);
  });

  it('is kept for the next round where the database is down, and the newer time wins', async () => {
    const written: [string, Date][][] = [];
    let down = true;
    const usage = new KeyUsage({
      noteUse: (uses) => (down ? Promise.reject(new Error('down')) : Promise.resolve(void written.push([...uses]))),
    });
    usage.used('a', at(1));
    usage.used('b', at(1));
    const failed = usage.write();
    usage.used('a', at(2));
    await expect(failed).rejects.toThrow('down');
    down = false;
    await usage.write();
    expect(written).toEqual([
      [
        ['a', at(2)],
        ['b', at(1)],
      ],
    ]);
  });
});
