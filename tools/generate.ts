/**
 * Writes what the docs say of contracts, topics and settings, from the code that decides it.
 *
 *   npm run generate              writes docs/schemas, docs/errors, docs/asyncapi.json and the generated pages of docs
 *   npm run generate -- --check   writes nothing; ends with 1 and names what is stale
 */
import './generate/decorators.mjs';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

// Only now: what they import holds decorators, and needs the hook above.
const { pages } = await import('./generate/pages.ts');

const wanted = await pages(root);
const stale = [...wanted].filter(([file, content]) => contentOf(file) !== content).map(([file]) => file);
const leftover = generatedFolders().filter((file) => !wanted.has(file));

if (!values.check) write();
else if (stale.length + leftover.length > 0) complain();

function write(): void {
  for (const file of stale) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), wanted.get(file)!);
    console.log(`wrote ${file}`);
  }
  for (const file of leftover) {
    rmSync(join(root, file));
    console.log(`removed ${file}`);
  }
  if (stale.length + leftover.length === 0) console.log('Everything was current.');
}

function complain(): void {
  const lines = [
    ...stale.map((file) => `  ${file} is not what the code says`),
    ...leftover.map((file) => `  ${file} belongs to no contract or code`),
  ];
  console.error(`Generated files are stale:\n${lines.join('\n')}\nRenew them with: npm run generate`);
  process.exitCode = 1;
}

function contentOf(file: string): string | undefined {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
}

/** A contract or a code that was removed or renamed leaves its file behind. */
function generatedFolders(): string[] {
  return ['docs/schemas', 'docs/errors']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
}
