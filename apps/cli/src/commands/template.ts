/** `npm run template`: lists, checks and shows the templates of TEMPLATES_DIR. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidConfiguration } from '#libs/contracts';
import { type Content, examplesOf, Templates, templateSettings } from '#libs/templates';
import { withEnvFile } from '../environment/env.ts';
import {
  type PreviewOrder,
  parseTemplateOrder,
  usage,
  variablesOf,
  TemplateUsageError,
} from '../template/arguments.ts';
import { listOf } from '../template/words.ts';

const OK = 0;
const BROKEN = 1;
const USAGE_ERROR = 2;

async function main(): Promise<number> {
  const order = parseTemplateOrder(process.argv.slice(2));
  if (order.command === 'help') {
    console.log(usage);
    return OK;
  }
  const folder = templateSettings.TEMPLATES_DIR.parse(withEnvFile(process.env)['TEMPLATES_DIR'] || undefined);
  const { templates, problems } = await Templates.inspect(folder);
  for (const problem of problems) console.error(`${folder}/${problem}`);
  if (order.command === 'preview') return preview(templates, order);
  console.log(
    order.command === 'list'
      ? listOf(templates.list())
      : `${templates.list().length} versions are good, ${problems.length} problem(s).`,
  );
  return problems.length > 0 ? BROKEN : OK;
}

function preview(templates: Templates, order: PreviewOrder): number {
  const { name, version } = order;
  const versions = templates.list().filter((info) => info.name === name);
  const info = versions.find((one) => (version === undefined ? one.newest : one.version === version));
  if (!info)
    throw new TemplateUsageError(
      versions.length > 0
        ? `${name} has the versions ${versions.map((one) => one.version).join(', ')}`
        : `there is no template ${name}: npm run template -- list`,
    );
  const channel = order.channel ?? info.channels[0]!;
  const variables =
    variablesOf(order, info.declaration, (file) => readFileSync(file, 'utf8')) ?? examplesOf(info.declaration);
  const rendering = templates.render(channel, { name, version: info.version, variables });
  if (!rendering.rendered) {
    for (const { field, rule } of rendering.faults) console.error(`${field} ${rule}`);
    return BROKEN;
  }
  console.log(`${name} version ${rendering.version}, ${channel}\n`);
  show(rendering.content, order);
  return OK;
}

function show({ subject, text, html, body }: Content, { out, open }: PreviewOrder): void {
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

try {
  process.exitCode = await main();
} catch (error) {
  const known = error instanceof TemplateUsageError || error instanceof InvalidConfiguration;
  console.error(known ? `${error.message}\n\n${usage}` : error);
  process.exitCode = USAGE_ERROR;
}
