import { parseArgs } from 'node:util';
import { Channel } from '#libs/contracts';
import { type Declaration, examplesOf } from '#libs/templates';

export const usage = `Usage: npm run template -- list
       npm run template -- check                     every version, against its variables and examples
       npm run template -- preview <name>            with the examples of its template.yaml
           --version <n>              an older version
           --channel email|sms        where it has both
           --var name=value           over the example (repeatable)
           --vars <file.json>         instead of the examples
           --out <file.html>          write the HTML there
           --open                     show the HTML in a browser
Setting: TEMPLATES_DIR (templates)
Exit code: 0 good, 1 a template or its variables are not, 2 wrong use`;

/** Wrong use: shown to the person with the usage. */
export class TemplateUsageError extends Error {}

export interface PreviewOrder {
  command: 'preview';
  name: string;
  version?: string | undefined;
  channel?: Channel | undefined;
  vars: string[];
  varsFile?: string | undefined;
  out?: string | undefined;
  open: boolean;
}

export type TemplateOrder = { command: 'list' | 'check' | 'help' } | PreviewOrder;

const options = {
  version: { type: 'string' },
  channel: { type: 'string' },
  var: { type: 'string', multiple: true },
  vars: { type: 'string' },
  out: { type: 'string' },
  open: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws WrongTemplateUse */
export function parseTemplateOrder(args: readonly string[]): TemplateOrder {
  const { values, positionals } = parsed(args);
  const [command, name, ...more] = positionals;
  if (values.help || command === undefined) return { command: 'help' };
  if (command === 'list' || command === 'check') return { command };
  if (command !== 'preview') throw new TemplateUsageError(`${command} is none of list, check and preview`);
  if (name === undefined || more.length > 0) throw new TemplateUsageError('preview takes the name of one template');
  const channel = Channel.optional().safeParse(values.channel);
  if (!channel.success) throw new TemplateUsageError(`--channel must be ${Channel.options.join(' or ')}`);
  return {
    command,
    name,
    version: values.version,
    channel: channel.data,
    vars: values.var ?? [],
    varsFile: values.vars,
    out: values.out,
    open: values.open === true,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new TemplateUsageError((error as Error).message);
  }
}

/** The variables that the command line gives, or undefined: the examples. @throws WrongTemplateUse */
export function variablesOf(
  { vars, varsFile }: PreviewOrder,
  declaration: Declaration,
  read: (file: string) => string,
): Record<string, unknown> | undefined {
  if (vars.length === 0 && varsFile === undefined) return undefined;
  const from = varsFile === undefined ? examplesOf(declaration) : objectIn(varsFile, read);
  return { ...from, ...Object.fromEntries(vars.map((pair) => variableOf(pair, declaration))) };
}

function objectIn(file: string, read: (file: string) => string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(read(file));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new TemplateUsageError(`--vars ${file} cannot be read: ${(error as Error).message}`);
  }
  throw new TemplateUsageError(`--vars ${file} must hold one JSON object`);
}

/** As its type wants it; what is no text is given as JSON. */
function variableOf(pair: string, { variables }: Declaration): [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1) throw new TemplateUsageError('--var takes name=value');
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  const type = variables[name]?.type;
  if (type !== 'number' && type !== 'boolean' && type !== 'list') return [name, value];
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
