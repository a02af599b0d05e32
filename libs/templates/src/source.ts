import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where MJML that several templates share stands, beside them. */
export const SHARED = '_shared';

export interface SourceFile {
  path: string;
  text: string;
}

export const readSource = (path: string): SourceFile => ({ path, text: readFileSync(path, 'utf8').replaceAll('\r\n', '\n') });

/** Names in a folder, without hidden ones. */
export const namesIn = (folder: string): string[] => readdirSync(folder).filter((name) => !name.startsWith('.')).sort();

/** Every file that MJML includes, at any depth; one that is not there is told by MJML. */
export function includedFrom(source: SourceFile, seen = new Set<string>()): SourceFile[] {
  const paths = [...source.text.matchAll(/<mj-include\b[^>]*\bpath\s*=\s*["']([^"']+)["']/g)].map(([, path]) => resolve(dirname(source.path), path!));
  const fresh = paths.filter((path) => !seen.has(path) && existsSync(path));
  for (const path of fresh) seen.add(path);
  return fresh.map(readSource).flatMap((file) => [file, ...includedFrom(file, seen)]);
}

export const sharedOf = (folder: string): string => join(folder, SHARED);
