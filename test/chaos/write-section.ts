import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', '..', 'docs', 'chaos.md');

/** Puts what was measured today on this machine into docs/chaos.md, in place of the earlier figures. */
export function writeSection(name: string, lines: readonly string[]): void {
  const measured = `Measured on ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores.`;
  writeFileSync(file, withSection(readFileSync(file, 'utf8'), name, [measured, '', ...lines]));
}

/** The page with these lines in a section. @throws Error where the page has no place for it */
export function withSection(page: string, name: string, lines: readonly string[]): string {
  const begin = `<!-- ${name}: written by npm run chaos -- ${name} --write -->`;
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/chaos.md has no lines “${begin}” and “${end}”`);
  return [page.slice(0, from) + begin, ...lines, '', page.slice(to)].join('\n');
}
