import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../tools/performance/goals.table.ts';
import { withRecord } from '../tools/performance/page.ts';

const page = join(import.meta.dirname, '..', 'docs', 'performance.md');

/** Puts what was measured today on this machine into docs/performance.md, in place of the earlier figures. */
export function writeFigures(measurement: Measurement, figures: object): void {
  const measured = new Date().toISOString().slice(0, 10);
  writeFileSync(page, withRecord(readFileSync(page, 'utf8'), measurement, { measured, cores: cpus().length, figures }));
}
