import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Each app and library, such as `apps/email` or `libs/delivery`, and the ones whose code it imports. */
export type Modules = ReadonlyMap<string, ReadonlySet<string>>;

const SOURCES = '{apps,libs}/*/src/**/*.ts';
const TESTS = /\.(spec|int-spec)\.ts$/;

/** What imports what, by the sources themselves; tests do not count, nor does libs/testing. */
export function modulesOf(root: string): Modules {
  const modules = new Map<string, Set<string>>();
  for (const file of globSync(SOURCES, { cwd: root }).toSorted()) {
    const module = moduleOf(file)!;
    if (TESTS.test(file) || module === 'libs/testing') continue;
    const imports = modules.get(module) ?? new Set();
    modules.set(module, imports);
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
    for (const { fileName } of importedFiles) {
      const imported = fileName.startsWith('#libs/')
        ? `libs/${fileName.slice('#libs/'.length)}`
        : inTree(file, fileName);
      if (imported && imported !== module) imports.add(imported);
    }
  }
  return modules;
}

const moduleOf = (file: string): string | undefined => /^(apps|libs)\/[^/]+/.exec(file)?.[0];

/** The module that a relative import leads to. */
const inTree = (file: string, imported: string): string | undefined =>
  imported.startsWith('.') ? moduleOf(join(file, '..', imported)) : undefined;

/** The arrows without those that follow from others: where A imports B and B imports C, A → C is left out. */
export function reduced(modules: Modules): [string, string][] {
  return [...modules].flatMap(([from, imports]) =>
    [...imports]
      .filter((to) => ![...imports].some((other) => other !== to && reachable(modules, other).has(to)))
      .toSorted()
      .map((to): [string, string] => [from, to]),
  );
}

function reachable(modules: Modules, from: string, seen = new Set<string>()): Set<string> {
  for (const to of modules.get(from) ?? []) {
    if (seen.has(to)) continue;
    seen.add(to);
    reachable(modules, to, seen);
  }
  return seen;
}

/** Apps and libraries as a Mermaid picture. */
export function modulesPicture(modules: Modules): string {
  const names = [...modules.keys()].toSorted();
  const box = (name: string) => `    ${idOf(name)}["${name.split('/')[1]}"]`;
  const group = (title: string) => [
    `  subgraph ${title}`,
    ...names.filter((name) => name.startsWith(`${title}/`)).map(box),
    '  end',
  ];
  const arrows = reduced(modules).map(([from, to]) => `  ${idOf(from)} --> ${idOf(to)}`);
  return ['flowchart TD', ...group('apps'), ...group('libs'), ...arrows.toSorted()].join('\n');
}

const idOf = (name: string) => name.replaceAll(/\W/g, '_');
