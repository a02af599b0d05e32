import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { gitFiles } from '../figures/files.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = gitFiles(root).filter(
  (file) => /\.(ts|mjs|cjs|java)$/.test(file) && !file.endsWith('citations.spec.ts'),
);
const pages = gitFiles(root).filter((file) => file.endsWith('.md'));

/** Documents that were written about this project and are not part of it. */
const ELSEWHERE =
  /\bdesign[,\s*/]*§|\bprovider facts\b|\b(design|house|protocols|style|toolchain|provider-facts)\.md\b/;

describe('a comment or page that cites a document', () => {
  it('cites none that is not in the repository', () => {
    const citing = [...sources, ...pages].filter((file) => ELSEWHERE.test(read(file)));
    expect(citing).toEqual([]);
  });

  it('names pages under docs that are there', () => {
    const broken = sources.flatMap((file) =>
      [...read(file).matchAll(/(?<![\w/.])docs\/(?:[\w/-]+\.md\b|adr\/\d{4}\b)/g)]
        .map(([path]) => path)
        .filter((path) => !isThere(path))
        .map((path) => `${file}: ${path}`),
    );
    expect(broken).toEqual([]);
  });
});

/** A page or folder, or a decision by its number alone, such as docs/adr/0004. */
function isThere(path: string): boolean {
  if (existsSync(join(root, path))) return true;
  const [, number] = /^docs\/adr\/(\d{4})$/.exec(path) ?? [];
  return number !== undefined && readdirSync(join(root, dirname(path))).some((file) => file.startsWith(`${number}-`));
}
