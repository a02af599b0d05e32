import { existsSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import type { Declaration } from './declaration.ts';
import { type Problem, problemsIn } from './expressions.ts';
import { mjml } from './mjml.ts';
import { includedFrom, includesOf, type SourceFile } from './source.ts';

export interface FileProblem extends Problem {
  file: string;
}

export interface Markup {
  html: string;
  problems: FileProblem[];
}

/**
 * Converts MJML with Handlebars into HTML with Handlebars. Web fonts are disabled: loading them would reveal who reads
 * the mail.
 */
export async function compileMarkup(
  source: SourceFile,
  declaration: Declaration,
  sharedFolder: string,
): Promise<Markup> {
  const files = [source, ...includedFrom(source)];
  const problems = files.flatMap((file) =>
    problemsIn(file.text, declaration, 'html').map((problem) => ({ ...problem, file: file.path })),
  );
  const within = [dirname(source.path), sharedFolder];
  problems.push(...files.flatMap((file) => lostIncludes(file, within)));
  if (problems.length > 0) return { html: '', problems };
  const { html, errors } = await toHtml(source, sharedFolder);
  for (const { line, message } of errors) problems.push({ file: source.path, line, what: message });
  if (errors.length > 0) return { html, problems };
  for (const { token, what } of [...lostExpressions(files, html), ...riskyPlaces(html, declaration)])
    problems.push(located(files, token, what));
  return { html, problems };
}

/** MJML silently omits what it cannot or may not include. */
function lostIncludes(file: SourceFile, within: readonly string[]): FileProblem[] {
  return includesOf(file).flatMap(({ path, line }) => {
    if (!within.some((folder) => path.startsWith(folder + sep)))
      return [{ file: file.path, line, what: 'may include files of its own folder and of _shared only' }];
    return existsSync(path) ? [] : [{ file: file.path, line, what: 'includes a file that is not there' }];
  });
}

async function toHtml(
  source: SourceFile,
  sharedFolder: string,
): Promise<{ html: string; errors: { line?: number | undefined; message: string }[] }> {
  const folder = dirname(source.path);
  const made = await mjml({ text: source.text, path: source.path, sharedFolder });
  if ('fault' in made)
    return { html: '', errors: [{ message: made.fault?.replaceAll(folder, '.') ?? 'cannot be read as MJML' }] };
  const reported = made.errors.map(({ line, message, formattedMessage }) => ({
    line,
    message: part(formattedMessage, folder, source.path) ?? message,
  }));
  return { html: made.html.replace(/^[ \t]*\n/gm, ''), errors: reported };
}

/** MJML's own message where the error is in an included file; else undefined, since the line is enough. */
const part = (formatted: string, folder: string, own: string) =>
  formatted.includes(` of ${own} `)
    ? undefined
    : formatted.replaceAll(/ of (\/\S+)/g, (_, path: string) => ` of ${relative(folder, path)}`);

interface Finding {
  token: string;
  what: string;
}

const expression = /\{\{(?!!)[^}]*\}\}/g;
const counted = (text: string) => Object.entries(Object.groupBy(text.match(expression) ?? [], (token) => token));

/** MJML silently drops text between its elements. */
function* lostExpressions(files: readonly SourceFile[], html: string): Generator<Finding> {
  const text = files.map((file) => file.text.replace(/<!--[\s\S]*?-->/g, '')).join('\n');
  const kept = Object.fromEntries(counted(html).map(([token, found]) => [token, found?.length ?? 0]));
  for (const [token, found] of counted(text)) {
    if ((kept[token] ?? 0) < (found?.length ?? 0))
      yield {
        token,
        what:
          `${token} stands where MJML drops it: put it into an element, or into <mj-raw>${token}</mj-raw> between ` +
          'elements',
      };
  }
}

const tag = /<[a-zA-Z/](?:"[^"]*"|'[^']*'|[^'">])*>/g;
const attribute = /([^\s"'=<>/]+)\s*=\s*("[^"]*"|'[^']*')/g;
const addresses = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'background',
  'poster',
  'cite',
  'data',
  'xlink:href',
]);
const addressBegin = /^(https?:\/\/[^/{}\s]+\/|mailto:|tel:)/i;

/** Places where HTML escaping does not make a value harmless. */
function* riskyPlaces(html: string, declaration: Declaration): Generator<Finding> {
  // Markup in comments that only Outlook reads is checked like the rest.
  const markup = html.replace(/<!--\[if[^\]]*\]>(<!-->)?|(<!--)?<!\[endif\]-->/g, '');
  for (const [, kind, inside] of markup.matchAll(/<(style|script)\b[^>]*>([\s\S]*?)<\/\1>/gi)) {
    for (const token of inside?.match(expression) ?? [])
      yield { token, what: `${token} stands in <${kind}>, where no value can be made safe` };
  }
  for (const [element] of markup.matchAll(tag)) {
    if (!element.includes('{{')) continue;
    for (const [, name = '', quoted = ''] of element.matchAll(attribute))
      yield* riskyAttribute(name.toLowerCase(), quoted.slice(1, -1), declaration);
    for (const token of element.replace(attribute, '').match(expression) ?? [])
      yield { token, what: `${token} stands in a tag, outside of a quoted attribute` };
  }
}

function* riskyAttribute(name: string, value: string, declaration: Declaration): Generator<Finding> {
  const [token] = value.match(expression) ?? [];
  if (!token) return;
  if (name === 'style' || name.startsWith('on') || name === 'srcset')
    yield { token, what: `${token} stands in the attribute ${name}, where no value can be made safe` };
  if (!addresses.has(name) || addressBegin.test(value)) return;
  const variable = /^\{\{\s*(?:(?:this|\.\.)[./])*(\w+)\s*\}\}$/.exec(value)?.[1];
  if (!variable || !isUrl(variable, declaration))
    yield {
      token,
      what:
        `${token} is the whole address of ${name}: it must be one variable of type url, or follow a fixed ` +
        'beginning such as https://example.org/',
    };
}

/** Whether every variable and field of that name is a URL. */
function isUrl(name: string, { variables }: Declaration): boolean {
  const all = [
    variables,
    ...Object.values(variables).map((variable) => (variable.type === 'list' ? variable.fields : {})),
  ];
  const found = all.filter((scope) => Object.hasOwn(scope, name)).map((scope) => scope[name]?.type);
  return found.length > 0 && found.every((type) => type === 'url');
}

function located(files: readonly SourceFile[], token: string, what: string): FileProblem {
  const file = files.find(({ text }) => text.includes(token)) ?? files[0]!;
  const at = file.text.indexOf(token);
  return { file: file.path, line: at < 0 ? undefined : file.text.slice(0, at).split('\n').length, what };
}
