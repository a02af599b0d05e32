import { z } from 'zod';
import { instant } from '../page.policy.ts';

// Our own reading of resend.yaml (CreateTemplateRequest) and of resend.com/docs, Templates.

export interface Template {
  id: string;
  versionId: string;
  draft: TemplateForm;
  /** What mail is made of; undefined until it is published. */
  published: TemplateForm | undefined;
  publishedAt: number | null;
  createdAt: number;
  updatedAt: number;
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
export const TemplateChange = TemplateForm.partial();

const placeholder = /\{\{\{\s*(\w+)\s*\}\}\}/g;
/** Resend fills these in by itself. */
const ownVariables = new Set(['RESEND_UNSUBSCRIBE_URL', 'FIRST_NAME', 'LAST_NAME', 'EMAIL', 'UNSUBSCRIBE_URL']);

/** A variable that the template uses and does not declare. */
export function undeclared({ subject, html, text, variables }: TemplateForm): string | undefined {
  const known = new Set((variables ?? []).map(({ key }) => key));
  const used = [subject, html, text].flatMap((part) => [...(part ?? '').matchAll(placeholder)].map(([, key]) => key!));
  return used.find((key) => !known.has(key) && !ownVariables.has(key));
}

/** Declared, without a fallback, and not given. */
export function missing({ variables }: TemplateForm, given: Readonly<Record<string, unknown>>): string | undefined {
  return variables?.find(({ key, fallback_value: fallback }) => given[key] === undefined && fallback === undefined)
    ?.key;
}

/** The text with its variables filled in. */
export function filled(text: string, { variables }: TemplateForm, given: Readonly<Record<string, unknown>>): string {
  const fallbacks = Object.fromEntries((variables ?? []).map(({ key, fallback_value: fallback }) => [key, fallback]));
  return text.replace(placeholder, (_, key: string) => said(given[key] ?? fallbacks[key]));
}

const said = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

export function listedTemplate({
  id,
  draft,
  published,
  publishedAt,
  createdAt,
  updatedAt,
}: Template): Record<string, unknown> {
  const at = publishedAt === null ? null : instant(publishedAt);
  return {
    id,
    name: draft.name,
    status: published ? 'published' : 'draft',
    published_at: at,
    created_at: instant(createdAt),
    updated_at: instant(updatedAt),
    alias: draft.alias ?? '',
  };
}

export function wholeTemplate(template: Template): Record<string, unknown> {
  const { draft, versionId, published, createdAt, updatedAt } = template;
  return {
    object: 'template',
    ...listedTemplate(template),
    current_version_id: versionId,
    from: draft.from ?? '',
    subject: draft.subject ?? '',
    reply_to: draft.reply_to ?? null,
    html: draft.html,
    text: draft.text ?? '',
    variables: (draft.variables ?? []).map((variable) => ({
      id: `${template.id}/${variable.key}`,
      ...variable,
      created_at: instant(createdAt),
      updated_at: instant(updatedAt),
    })),
    has_unpublished_versions: published !== draft,
  };
}
