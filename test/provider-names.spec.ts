import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { allProviders } from '../apps/cli/src/catalogue.ts';
import { allowedNames } from './provider-names.ts';

const root = join(import.meta.dirname, '..');
const names = new RegExp(allProviders.map(({ name }) => name).join('|'), 'i');
/** To resend is also a verb of the platform's own. */
const verb = /template-?resend|(may|waiting|schedule_|002-|reconcile_)resends?|resends?[-_]?(plans?|as|sql)/gi;

/** Where a provider may be named: its folders, their tests, and what tests and tools of tests are made of. */
const own = new RegExp(
  String.raw`\.(spec|int-spec|e2e-spec)\.ts$|/test/|^libs/testing/|/(providers|simulators)/(${allProviders
    .map(({ name }) => name)
    .join('|')})/|/catalogue\.ts$|^apps/sandbox/sdks/|^tools/sdks`,
);

/** The words of a file without its comments: identifiers, texts and patterns. */
function wordsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const words: string[] = [];
  const walk = (node: ts.Node): void => {
    const { FirstJSDocNode, LastJSDocNode } = ts.SyntaxKind;
    const children = node.getChildren(source).filter(({ kind }) => kind < FirstJSDocNode || kind > LastJSDocNode);
    if (children.length === 0) words.push(node.getText(source));
    children.forEach(walk);
  };
  walk(source);
  return words;
}

/** How many words of a file name a provider. */
const named = (file: string): number => wordsOf(file).filter((word) => names.test(word.replace(verb, ''))).length;

describe('providers', () => {
  const files = globSync(['apps/**/*.{ts,mjs}', 'libs/**/*.ts', 'tools/**/*.{ts,mjs}'], {
    cwd: root,
    exclude: ['**/node_modules', 'dist'],
  }).filter((file) => !own.test(file));
  const found = Object.fromEntries(
    files
      .map((file) => [file, named(file)] as const)
      .filter(([, count]) => count > 0)
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );

  it('are named outside their folders only where a reason is given, and no more often', () => {
    const allowed = Object.fromEntries(Object.entries(allowedNames).map(([file, { times }]) => [file, times]));
    expect(files.length).toBeGreaterThan(400);
    expect(named('apps/email/src/providers/catalogue.ts')).toBe(6);
    expect(found).toEqual(allowed);
  });
});
