import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })));

/** Creates a folder with these files, such as `{ 'welcome/1/text.hbs': '…' }`; removed after the tests. */
export function aFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export const mjml = (inside: string): string =>
  `<mjml>\n<mj-body>\n<mj-section><mj-column>\n${inside}\n</mj-column></mj-section>\n</mj-body>\n</mjml>\n`;

/** `template.yaml` with a name, an optional link and an optional list of things. */
export const yaml = `description: For the tests.
variables:
  name: { type: string, description: Who., example: Ada }
  note: { type: text, required: false, description: A word., example: Two words }
  link: { type: url, required: false, description: Where., example: 'https://example.org/a' }
  things:
    type: list
    required: false
    description: What.
    fields:
      title: { type: string, description: Its name. }
      price: { type: number, required: false, description: Its price. }
    example: [{ title: Gear }]
`;

/** The files of one version. */
export const aVersion = (name: string, version: number, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ 'template.yaml': yaml, ...files }).map(([file, text]) => [`${name}/${version}/${file}`, text]),
  );

export const plain = { 'subject.hbs': 'Hello {{name}}', 'text.hbs': 'Hello {{name}}.' };
