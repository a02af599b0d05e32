import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Content } from '#libs/templates';
import type { PreviewOptions } from './variables.ts';

/** Shows a rendered template: its text here, its HTML in a file or a browser. */
export function show({ subject, text, html, body }: Content, { out, open }: PreviewOptions): void {
  if (subject !== undefined) console.log(`Subject: ${subject}\n`);
  console.log(text ?? body ?? '');
  const page = html ?? `<!doctype html><meta charset="utf-8"><pre>${escaped(text ?? body ?? '')}</pre>`;
  const file = out ?? (open ? join(mkdtempSync(join(tmpdir(), 'template-')), 'preview.html') : undefined);
  if (file === undefined) {
    if (html !== undefined)
      console.log(`\nHTML: ${html.length} characters; --open shows it in a browser, --out <file> writes it.`);
    return;
  }
  writeFileSync(file, page);
  console.log(`\nHTML: ${file}`);
  if (open) openInBrowser(file);
}

const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function openInBrowser(file: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
  child.once('error', () => console.error(`${opener} is not there: open the file yourself.`));
  child.unref();
}
