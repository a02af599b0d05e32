/**
 * How large and how dense the code is, beside other TypeScript of the field.
 *
 *   npm run code-figures                 prints docs/code-figures.md with the figures of now
 *   npm run code-figures -- --write      writes the page
 *   npm run code-figures -- --of <folder> --files <glob> --without <expression>   prints another code base’s as JSON
 */
import './generate/decorators.mjs';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sourcesOf, tablesOf } from './figures/files.ts';
import { figuresOf, measureFile } from './figures/measure.ts';
import { namingFiles } from './figures/provider-names.ts';

const PAGE = join('docs', 'code-figures.md');
const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    of: { type: 'string' },
    files: { type: 'string', default: 'src/**/*.ts' },
    without: { type: 'string' },
  },
});

if (values.of !== undefined) console.log(JSON.stringify(figuresOfOther(values.of), null, 2));
else await ours();

async function ours(): Promise<void> {
  // Only now: the services hold decorators, and need the hook above.
  const [{ framesToProvider }, { figuresPage }] = await Promise.all([
    import('./figures/frames.ts'),
    import('./figures/page.ts'),
  ]);
  const { product, support } = sourcesOf(root);
  const measured = (files: readonly string[]) =>
    figuresOf(
      files.map((file) => measureFile(root, file)),
      tablesOf(root),
    );
  const page = figuresPage({
    product: measured(product),
    support: measured(support),
    frames: await framesToProvider(),
    naming: namingFiles(root, product),
  });
  if (!values.write) return console.log(page);
  writeFileSync(join(root, PAGE), page);
  console.log(`wrote ${PAGE}`);
}

function figuresOfOther(folder: string): object {
  const without = values.without === undefined ? undefined : new RegExp(values.without);
  const files = globSync(values.files, { cwd: folder }).filter(
    (file) => !/\.d\.ts$|\.(test|spec)\.ts$/.test(file) && !without?.test(file),
  );
  if (files.length === 0) throw new Error(`${folder} has no files ${values.files}: name them with --files`);
  return figuresOf(
    files.toSorted().map((file) => measureFile(folder, file)),
    () => false,
  );
}
