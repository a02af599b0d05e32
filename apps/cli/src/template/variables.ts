import type { Channel } from '#libs/contracts';
import { UsageError } from '../errors.ts';
import { type Declaration, examplesOf } from '#libs/templates';

/** The options of `templates preview`. */
export interface PreviewOptions {
  version?: string;
  channel?: Channel;
  var?: string[];
  vars?: string;
  out?: string;
  open?: boolean;
}

/**
 * The variables given on the command line, or undefined: the examples are used.
 * @throws UsageError
 */
export function variablesOf(
  { var: vars = [], vars: varsFile }: PreviewOptions,
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
    throw new UsageError(`--vars ${file} cannot be read: ${(error as Error).message}`);
  }
  throw new UsageError(`--vars ${file} must hold one JSON object`);
}

/** Converted to its declared type; anything but text is given as JSON. */
function variableOf(pair: string, { variables }: Declaration): [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1) throw new UsageError('--var takes name=value');
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  const type = variables[name]?.type;
  if (type !== 'number' && type !== 'boolean' && type !== 'list') return [name, value];
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
