import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Topic, topics } from '#libs/contracts';
import { ARCHITECTURE, architecturePage, withPicture } from './architecture.ts';
import { decisionsPage, readDecision } from './decisions.ts';
import { modulesOf, modulesPicture, reduced } from './modules-picture.ts';
import { servicesPicture } from './services-picture.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, ARCHITECTURE), 'utf8');

describe('the picture of the modules', () => {
  const modules = modulesOf(root);

  it('has every app and library but the one for tests', () => {
    const folders = ['apps', 'libs'].flatMap((kind) =>
      readdirSync(join(root, kind))
        .filter((name) => existsSync(join(root, kind, name, 'src')))
        .map((name) => `${kind}/${name}`),
    );
    expect([...modules.keys()].sort()).toEqual(folders.filter((name) => name !== 'libs/testing').sort());
  });

  it('has the arrows that the sources import', () => {
    expect(modules.get('apps/email')).toContain('libs/delivery');
    expect(modules.get('libs/contracts')).toEqual(new Set());
  });

  it('leaves out arrows that follow from others', () => {
    const chain = new Map([
      ['libs/a', new Set(['libs/b', 'libs/c'])],
      ['libs/b', new Set(['libs/c'])],
      ['libs/c', new Set<string>()],
    ]);
    expect(reduced(chain)).toEqual([
      ['libs/a', 'libs/b'],
      ['libs/b', 'libs/c'],
    ]);
    expect(modulesPicture(chain)).not.toContain('libs_a --> libs_c');
  });
});

describe('the picture of the services', () => {
  it('has an arrow with its topics from each writer to each reader', () => {
    const picture = servicesPicture();
    expect(picture).toMatch(/upstream -- ".*email\.requested.*" --> email/);
    for (const { name, coming } of Object.values<Topic>(topics)) expect(picture.includes(name)).toBe(!coming);
  });
});

describe('docs/architecture.md', () => {
  it('keeps what is written by hand when its pictures are renewed', () => {
    const byHand = (text: string) => text.replace(/```mermaid\n.*?```/gs, '');
    expect(byHand(withPicture(page, 'modules', 'flowchart TD'))).toBe(byHand(page));
    expect(byHand(architecturePage(root))).toBe(byHand(page));
  });

  it('refuses to lose a picture', () => {
    expect(() => withPicture('# A page without a place', 'modules', 'flowchart TD')).toThrow(
      'no place for the picture',
    );
  });

  it('says what each library holds', () => {
    const section = page.slice(page.indexOf('| library | holds |'), page.indexOf('## Walls'));
    const libraries = readdirSync(join(root, 'libs')).filter((name) => existsSync(join(root, 'libs', name, 'src')));
    for (const library of libraries) expect(section).toMatch(new RegExp(`^\\| .*\\b${library}\\b`, 'm'));
  });

  it.each(['docs/architecture.md', ...decisionFiles().map((file) => `docs/adr/${file}`)])(
    'and decisions name only tests and folders that there are: %s',
    (file) => {
      const named = [...readFileSync(join(root, file), 'utf8').matchAll(/`((?:apps|libs|test|tools)\/[\w./-]+)`/g)].map(
        ([, path]) => path!,
      );
      expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    },
  );
});

describe('the decisions', () => {
  it('are all in the index, each with title, date and status', () => {
    const index = decisionsPage(root);
    for (const file of decisionFiles())
      expect(index).toMatch(new RegExp(`\\]\\(${file}\\) \\| 20\\d\\d-\\d\\d-\\d\\d \\| `));
  });

  it('have numbers without a gap', () => {
    const numbers = decisionFiles().map((file) => Number(file.slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  });

  it.each(decisionFiles())('%s says how it is tested', (file) => {
    const text = readFileSync(join(root, 'docs/adr', file), 'utf8');
    expect(text).toMatch(/Tested by/);
  });

  it.each([
    ['a title of another number', '# 8. It is decided\n\nDate: 2026-11-29\nStatus: accepted\n'],
    ['no date', '# 7. It is decided\n\nStatus: accepted\n'],
    ['a status that is none', '# 7. It is decided\n\nDate: 2026-11-29\nStatus: maybe\n'],
  ])('are refused by the index with %s', (_, text) => {
    expect(() => readDecision('0007-it-is-decided.md', text)).toThrow('/0007-it-is-decided.md: ');
  });
});

function decisionFiles(): string[] {
  return readdirSync(join(root, 'docs/adr'))
    .filter((file) => file !== 'README.md')
    .sort();
}
