import { join } from 'node:path';
import { Channel, channelRegistry, type TemplatePart } from '#libs/contracts';
import { Declaration, examplesOf } from './declaration.ts';
import { problemsIn } from './expressions.ts';
import { compileMarkup, type FileProblem } from './markup.ts';
import { readSource, namesIn, sharedOf, type SourceFile } from './source.ts';
import { type Fitting, fittingOf } from './variables.policy.ts';
import Handlebars from 'handlebars';
import { type LineCounter, LineCounter as Lines, parseDocument } from 'yaml';

/** The result of rendering a template. */
export interface Content {
  /** email */
  subject?: string;
  /** email */
  text?: string;
  /** email, where the template has any */
  html?: string;
  /** sms */
  body?: string;
}

/** One version of a template, ready to be rendered. */
export interface Version {
  declaration: Declaration;
  channels: readonly Channel[];
  fit: Fitting;
  /** @param values the result of `fit` */
  render: (channel: Channel, values: Record<string, unknown>) => Content;
}

/** A part of the content: its channel and its name. */
interface PartOfChannel extends TemplatePart {
  channel: Channel;
  name: keyof Content;
}

const parts = Channel.options.flatMap((channel) =>
  Object.entries(channelRegistry[channel].templateParts).map(([name, part]): PartOfChannel => ({
    ...part,
    channel,
    name: name as keyof Content,
  })),
);
const DECLARATION = 'template.yaml';

type Renderer = (values: Record<string, unknown>) => string;
type Renderers = Partial<Record<Channel, Partial<Record<keyof Content, Renderer>>>>;

const engine = Handlebars.create();

/**
 * Reads one version and checks it against its declaration and examples.
 * @param channels whose content is compiled; MJML takes a while
 */
export async function loadVersion(
  folder: string,
  root: string,
  channels: readonly Channel[],
): Promise<{ version?: Version; problems: FileProblem[] }> {
  const names = namesIn(folder);
  const problems: FileProblem[] = names
    .filter((name) => name !== DECLARATION && !parts.some(({ file }) => file === name))
    .map((name) => ({
      file: join(folder, name),
      what: `is no part of a template: there are ${[DECLARATION, ...parts.map(({ file }) => file)].join(', ')}`,
    }));
  if (!names.includes(DECLARATION))
    return {
      problems: [...problems, { file: join(folder, DECLARATION), what: 'is missing: it declares the variables' }],
    };
  const { declaration, faults } = readDeclaration(readSource(join(folder, DECLARATION)));
  if (!declaration) return { problems: [...problems, ...faults] };

  const there = parts.filter(({ file }) => names.includes(file));
  const offered = Channel.options.filter((channel) => there.some((part) => part.channel === channel));
  if (offered.length === 0)
    problems.push({ file: folder, what: 'has no content: it needs subject.hbs and text.hbs for e-mail, or sms.hbs' });
  for (const { channel, file, needed } of parts) {
    if (needed && offered.includes(channel) && !names.includes(file))
      problems.push({ file: join(folder, file), what: `is missing: every ${channelRegistry[channel].label} needs it` });
  }
  const renderers: Renderers = {};
  for (const { channel, file, name } of there.filter((part) => channels.includes(part.channel))) {
    const made = await compile(readSource(join(folder, file)), declaration, name, root);
    problems.push(...made.problems);
    renderers[channel] = { ...renderers[channel], [name]: made.render };
  }
  if (problems.length > 0) return { problems };
  const version: Version = {
    declaration,
    channels: offered,
    fit: fittingOf(declaration),
    render: (channel, values) => contentOf(renderers[channel]!, values),
  };
  const served = offered.filter((channel) => channels.includes(channel));
  return { version, problems: tryOut(version, served).map((what) => ({ file: join(folder, DECLARATION), what })) };
}

function readDeclaration(source: SourceFile): { declaration?: Declaration; faults: FileProblem[] } {
  const lines: LineCounter = new Lines();
  const document = parseDocument(source.text, { lineCounter: lines });
  const lineOf = (offset: number) => lines.linePos(offset).line;
  const [broken] = document.errors;
  if (broken)
    return {
      faults: [
        { file: source.path, line: lineOf(broken.pos[0]), what: `is no YAML: ${broken.message.split('\n')[0]}` },
      ],
    };
  const parsed = Declaration.safeParse(document.toJS());
  if (parsed.success) return { declaration: parsed.data, faults: [] };
  const faults = parsed.error.issues.map(({ path, message }) => {
    const node = path
      .map((_, index) => document.getIn(path.slice(0, path.length - index), true))
      .find((found) => found !== undefined && found !== null) as { range?: [number, number, number] } | undefined;
    return {
      file: source.path,
      line: node?.range && lineOf(node.range[0]),
      what: `${path.map(String).join('.') || 'the whole'}: ${message}`,
    };
  });
  return { faults };
}

async function compile(
  source: SourceFile,
  declaration: Declaration,
  part: keyof Content,
  root: string,
): Promise<{ render: Renderer; problems: FileProblem[] }> {
  if (part === 'html') {
    const { html, problems } = await compileMarkup(source, declaration, sharedOf(root));
    const render = rendererOf(html);
    return { render: (values) => render(escaped(values) as Record<string, unknown>), problems };
  }
  const problems = problemsIn(source.text, declaration, part).map((problem) => ({ ...problem, file: source.path }));
  const render = rendererOf(source.text.trim());
  if (part === 'subject' && source.text.trim().includes('\n'))
    problems.push({ file: source.path, line: 2, what: 'a subject is one line' });
  return { render, problems };
}

function rendererOf(source: string): Renderer {
  return engine.compile(source, {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { if: true, unless: true, each: true },
    noEscape: true,
  });
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Escapes every text of the values for HTML. Handlebars' own escaping also replaces `=` and backtick, which is needed
 * for attributes without quotes only. markup.ts refuses these, and the replacements would break links in plain text.
 */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (sign) => references[sign]!);
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, escaped(item)]));
}

const contentOf = (renderers: NonNullable<Renderers[Channel]>, values: Record<string, unknown>): Content =>
  Object.fromEntries(Object.entries(renderers).map(([part, render]) => [part, render(values)]));

/** Renders with all examples, and without any optional variable: what fails here would fail in production. */
function tryOut({ declaration, fit, render }: Version, channels: readonly Channel[]): string[] {
  const examples = examplesOf(declaration);
  const needed = Object.fromEntries(Object.entries(examples).filter(([name]) => declaration.variables[name]?.required));
  return [examples, needed].flatMap((given) => {
    const fitted = fit(given);
    if (!fitted.fits)
      return fitted.faults.map(
        ({ field, rule }) => `the example of ${field.replace(/^template\.variables\./, '')} ${rule}`,
      );
    return channels.flatMap((channel) =>
      contentFaults(render(channel, fitted.values)).map((rule) => `with its examples, it ${rule}`),
    );
  });
}

/** Rules about the rendered content that the template breaks. */
export function contentFaults(content: Content): string[] {
  return Object.entries(content).flatMap(([part, text]: [string, string]) => {
    if (text.trim() === '') return [`makes an empty ${part}`];
    const most = parts.find(({ name }) => name === part)!.most;
    return text.length > most ? [`makes a ${part} of more than ${most} characters`] : [];
  });
}
