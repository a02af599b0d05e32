import { z } from 'zod';

// Our own reading of tsg_templates_v3.json.

export interface Version {
  id: string;
  name: string;
  subject: string;
  html: string;
  plain: string;
  generatePlain: boolean;
  active: boolean;
  editor: 'code' | 'design';
  testData: string | undefined;
  updatedAt: number;
}

export interface Template {
  id: string;
  name: string;
  generation: 'legacy' | 'dynamic';
  updatedAt: number;
  versions: Version[];
}

const name = z.string().min(1).max(100);
const content = z.string().max(1_048_576);

export const TemplateForm = z.strictObject({ name, generation: z.enum(['legacy', 'dynamic']).default('legacy') });
export const VersionForm = z.strictObject({
  name,
  subject: z.string().max(255),
  html_content: content.optional(),
  plain_content: content.optional(),
  generate_plain_content: z.boolean().default(true),
  active: z.union([z.literal(0), z.literal(1)]).optional(),
  editor: z.enum(['code', 'design']).default('code'),
  test_data: z.string().optional(),
});
export type VersionForm = z.infer<typeof VersionForm>;

/** The fields of a version; the plain text is derived from the HTML unless it was given. */
export function partsOf(form: VersionForm): Omit<Version, 'id' | 'active' | 'updatedAt'> {
  const html = form.html_content ?? '';
  return {
    name: form.name,
    subject: form.subject,
    html,
    plain: form.plain_content ?? (form.generate_plain_content ? textOf(html) : ''),
    generatePlain: form.generate_plain_content,
    editor: form.editor,
    testData: form.test_data,
  };
}

const textOf = (html: string): string =>
  html
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

export function templateView({ id, name: called, generation, updatedAt, versions }: Template): Record<string, unknown> {
  return {
    id,
    name: called,
    generation,
    updated_at: dateTime(updatedAt),
    versions: versions.map((version) => versionView(id, version)),
  };
}

export function versionView(templateId: string, version: Version): Record<string, unknown> {
  const { id, name: called, subject, html, plain, generatePlain, active, editor, testData, updatedAt } = version;
  return {
    id,
    template_id: templateId,
    name: called,
    subject,
    html_content: html,
    plain_content: plain,
    generate_plain_content: generatePlain,
    active: active ? 1 : 0,
    editor,
    updated_at: dateTime(updatedAt),
    ...(testData !== undefined && { test_data: testData }),
  };
}

/** In SendGrid's form: `2021-04-28 13:12:46`. */
const dateTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
