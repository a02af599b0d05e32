import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LineBatches } from './line-batches.ts';

function batches() {
  const written: string[] = [];
  return { written, lines: new LineBatches({ write: (text) => written.push(text) }) };
}

describe('log lines', () => {
  it('are written together after a tenth of a second, in their order', async () => {
    const { written, lines } = batches();
    lines.write('a\n');
    lines.write('b\n');
    expect(written).toEqual([]);
    await delay(200);
    expect(written).toEqual(['a\nb\n']);
    lines.write('c\n');
    await delay(200);
    expect(written).toEqual(['a\nb\n', 'c\n']);
  });

  it('are written at once when they are many', () => {
    const { written, lines } = batches();
    const line = `${'x'.repeat(999)}\n`;
    for (let count = 0; count < 17; count += 1) lines.write(line);
    expect(written).toEqual([line.repeat(17)]);
  });

  it('are all written on a flush, and nothing is written where there are none', () => {
    const { written, lines } = batches();
    lines.flush();
    lines.write('last\n');
    lines.flush();
    lines.flush();
    expect(written).toEqual(['last\n']);
  });
});
