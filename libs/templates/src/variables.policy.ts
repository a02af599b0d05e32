import { type FieldError, fieldErrors, holdsControls, isOneLine, withoutIdleNulls } from '#libs/contracts';
import { type Declaration, type Field, longestOf, type Variable } from './declaration.ts';
import { z } from 'zod';

/** The values for rendering a template, or every variable that is missing or wrong: name and rule, never the value. */
export type Fitted = { fits: true; values: Record<string, unknown> } | { fits: false; faults: FieldError[] };

export type Fitting = (given: Record<string, unknown>) => Fitted;

const typeSchemas: Record<Field['type'], (longest: number) => z.ZodType> = {
  string: (longest) => textSchema(longest).refine(isOneLine, 'must be one line'),
  text: (longest) => textSchema(longest),
  url: (longest) => textSchema(longest).refine(isWebAddress, 'must be an http(s) address'),
  number: () => z.number(expected('must be a number')),
  boolean: () => z.boolean(expected('must be true or false')),
};

/**
 * Reads a message's variables by the template's declaration. Undeclared ones are refused, because most are misspelt.
 */
export function fittingOf({ variables }: Pick<Declaration, 'variables'>): Fitting {
  const schema = z.strictObject(shapeOf(variables), {
    error: (issue) => (issue.code === 'unrecognized_keys' ? 'is not declared by the template' : undefined),
  });
  const names = Object.keys(variables);
  return (given) => {
    // Null for an optional variable means the same as leaving it out, as everywhere in a request.
    const parsed = schema.safeParse(withoutIdleNulls(schema, given));
    if (!parsed.success)
      return {
        fits: false,
        faults: fieldErrors({ ...parsed.error, issues: parsed.error.issues.flatMap(oneByOne) } as z.ZodError),
      };
    // Every declared name exists, so that strict rendering distinguishes an unused optional variable from an error.
    const values: Record<string, unknown> = {};
    for (const name of names) values[name] = (parsed.data as Record<string, unknown>)[name];
    return { fits: true, values };
  };
}

function shapeOf(variables: Record<string, Variable | Field>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, schemaOf(variable)]));
}

function schemaOf(variable: Variable | Field): z.ZodType {
  const value = variable.type === 'list' ? listSchema(variable) : typeSchemas[variable.type](longestOf(variable));
  if ('default' in variable && variable.default !== undefined) return value.default(variable.default as never);
  return variable.required ? value : value.optional();
}

function listSchema({ fields, maxItems, required }: Extract<Variable, { type: 'list' }>): z.ZodType {
  const names = Object.keys(fields);
  const item = z
    .strictObject(shapeOf(fields), {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? 'is not declared by the template'
          : expected('must be an object').error(issue),
    })
    .transform((value) => Object.fromEntries(names.map((name) => [name, value[name]])));
  const list = z.array(item, expected('must be a list')).max(maxItems, `may hold at most ${maxItems} items`);
  return required ? list.min(1, 'must not be empty') : list;
}

const textSchema = (longest: number) =>
  z
    .string(expected('must be text'))
    .min(1, 'must not be empty')
    .max(longest, `may have at most ${longest} characters`)
    .refine((text) => !holdsControls(text), 'must not contain control characters');

const expected = (rule: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined ? 'is missing' : rule),
});

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s"'<>\\^`{|}]+$/i.test(text) && URL.canParse(text);
}

/** One error per undeclared key, each with its own path under `template.variables`. */
function oneByOne(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const path = ['template', 'variables', ...issue.path];
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ ...issue, path: [...path, key] }))
    : [{ ...issue, path }];
}
