import { z } from 'zod';

/** A variable is no longer than this: a longer text is content of its own. */
const LONGEST = { string: 1_000, text: 20_000, url: 2_048 };

/** Names with a meaning in Handlebars or JavaScript. */
const reserved = new Set([
  'if',
  'unless',
  'each',
  'with',
  'else',
  'this',
  'lookup',
  'log',
  'true',
  'false',
  'null',
  'undefined',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
]);

const VariableName = z
  .string()
  .max(60)
  .regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be a name of letters and digits that begins with a letter')
  .refine((name) => !reserved.has(name), 'is a word that templates reserve');

export const ScalarType = z
  .enum(['string', 'text', 'number', 'boolean', 'url'])
  .describe('string: one line; text: may hold line breaks; url: an http(s) address.');

const common = {
  required: z.boolean().default(true),
  description: z.string().min(1, 'is needed'),
  maxLength: z.int().positive().optional().describe('In characters; of string, text and url.'),
};

/** A value inside each item of a list. */
const Field = z.strictObject({ ...common, type: ScalarType });

const Scalar = z.strictObject({
  ...common,
  type: ScalarType,
  example: z.union([z.string(), z.number(), z.boolean()]),
  default: z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe('Makes it optional; stands where none is given.'),
});

const List = z.strictObject({
  ...common,
  type: z.literal('list'),
  maxItems: z.int().positive().max(1_000).default(100),
  fields: z.record(VariableName, Field),
  example: z.array(z.record(z.string(), z.unknown())).min(1),
});

/** `template.yaml`: the purpose of a version of a template, and its variables. */
export const Declaration = z.strictObject({
  description: z.string().min(1, 'is needed'),
  variables: z.record(VariableName, z.discriminatedUnion('type', [Scalar, List])).default({}),
});
export type Declaration = z.infer<typeof Declaration>;
export type Variable = Declaration['variables'][string];
export type Field = z.infer<typeof Field>;

/** Whether the template may rely on it. */
export const isSure = (variable: Variable | Field): boolean =>
  variable.required || ('default' in variable && variable.default !== undefined);

export const longestOf = (variable: Field): number => {
  const { type, maxLength } = variable;
  return type === 'number' || type === 'boolean' ? 40 : (maxLength ?? LONGEST[type]);
};

/** The examples of all variables, as a preview shows them. */
export const examplesOf = ({ variables }: Declaration): Record<string, unknown> =>
  Object.fromEntries(Object.entries(variables).map(([name, { example }]) => [name, example]));
