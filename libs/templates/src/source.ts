import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder of MJML files that several templates share. */
export const SHARED = '_shared';

export interface SourceFile {
  path: string;
  text: string;
}

export const readSource = (path: string): SourceFile => ({
  path,
  text: readFileSync(path, 'utf8').replaceAll('\r\n', '\n'),
});

/** The names in a folder, without hidden files. */
export const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();

export interface Include {
  /** Absolute path. */
  path: string;
  line: number;
}

/** The files that a file includes. */
export function includesOf({ path, text }: SourceFile): Include[] {
  const found = text.matchAll(/<mj-include\b[^>]*\bpath\s*=\s*["']([^"']+)["']/g);
  return [...found].map((match) => ({
    path: resolve(dirname(path), match[1]!),
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** Every included file, at any depth. */
export function includedFrom(source: SourceFile, seen = new Set<string>()): SourceFile[] {
  const fresh = includesOf(source)
    .map(({ path }) => path)
    .filter((path) => !seen.has(path) && existsSync(path));
  for (const path of fresh) seen.add(path);
  return fresh.map(readSource).flatMap((file) => [file, ...includedFrom(file, seen)]);
}

export const sharedOf = (folder: string): string => join(folder, SHARED);
