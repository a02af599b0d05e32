import { z } from 'zod';

// Our own reading of resend.yaml (CreateTemplateRequest) and of resend.com/docs, Templates.

export interface Template {
  id: string;
  form: TemplateForm;
  /** Templates in another state cannot be used. */
  published: boolean;
}

const Variable = z.strictObject({
  key: z.string().regex(/^[A-Za-z0-9_]{1,50}$/),
  type: z.enum(['string', 'number', 'boolean', 'object', 'list']),
  fallback_value: z.unknown().optional(),
});
const addresses = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());
export const TemplateForm = z.strictObject({
  name: z.string().min(1),
  alias: z.string().min(1).nullish(),
  from: z.string().min(1).nullish(),
  subject: z.string().nullish(),
  reply_to: addresses.nullish(),
  html: z.string().min(1),
  text: z.string().nullish(),
  variables: z.array(Variable).max(50).nullish(),
});
export type TemplateForm = z.infer<typeof TemplateForm>;

const placeholder = /\{\{\{\s*(\w+)\s*\}\}\}/g;
/** Variables that Resend fills in itself. */
const ownVariables = new Set(['RESEND_UNSUBSCRIBE_URL', 'FIRST_NAME', 'LAST_NAME', 'EMAIL', 'UNSUBSCRIBE_URL']);

/** A variable that the template uses and does not declare. */
export function undeclared({ subject, html, text, variables }: TemplateForm): string | undefined {
  const known = new Set((variables ?? []).map(({ key }) => key));
  const used = [subject, html, text].flatMap((part) => [...(part ?? '').matchAll(placeholder)].map(([, key]) => key!));
  return used.find((key) => !known.has(key) && !ownVariables.has(key));
}

/** A declared variable without a fallback that is missing. */
export function missing({ variables }: TemplateForm, given: Readonly<Record<string, unknown>>): string | undefined {
  return variables?.find(({ key, fallback_value: fallback }) => given[key] === undefined && fallback === undefined)
    ?.key;
}

/** The text with its variables replaced. */
export function filled(text: string, { variables }: TemplateForm, given: Readonly<Record<string, unknown>>): string {
  const fallbacks = Object.fromEntries((variables ?? []).map(({ key, fallback_value: fallback }) => [key, fallback]));
  return text.replace(placeholder, (_, key: string) => said(given[key] ?? fallbacks[key]));
}

const said = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
