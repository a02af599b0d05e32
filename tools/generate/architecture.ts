import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modulesOf, modulesPicture } from './modules-picture.ts';
import { servicesPicture } from './services-picture.ts';

export const ARCHITECTURE = 'docs/architecture.md';

/** docs/architecture.md is written by hand; the pictures in it, between their marks, are not. */
export function architecturePage(root: string): string {
  const pictures = { modules: modulesPicture(modulesOf(root)), services: servicesPicture() };
  return Object.entries(pictures).reduce(
    (page, [name, picture]) => withPicture(page, name, picture),
    readFileSync(join(root, ARCHITECTURE), 'utf8'),
  );
}

/** @throws Error where the page has no place for the picture */
export function withPicture(page: string, name: string, picture: string): string {
  const begin = `<!-- picture: ${name}, by npm run generate -->`;
  const end = '<!-- end of picture -->';
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${ARCHITECTURE} has no place for the picture ${name}: ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n\`\`\`mermaid\n${picture}\n\`\`\`\n\n${page.slice(to)}`;
}
