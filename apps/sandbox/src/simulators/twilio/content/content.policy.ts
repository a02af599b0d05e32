import { z } from 'zod';

const Variables = z.record(z.string(), z.string());

const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as T;

/**
 * A body of POST /v1/Content (twilio_content_v1.json: ContentCreateRequest). The Python library sends null for missing
 * fields.
 */
export const ContentForm = z.preprocess(
  (body) => (typeof body === 'object' && body !== null ? given(body) : body),
  z.object({
    friendly_name: z.string().optional(),
    variables: Variables.optional(),
    language: z.string().min(2),
    types: z
      .record(z.string().regex(/^[a-z-]+\/[a-z-]+$/), z.looseObject({}).nullable())
      .transform((types) => given(types) as Record<string, Record<string, unknown>>)
      .refine((types) => Object.keys(types).length > 0),
  }),
);
export type ContentForm = z.infer<typeof ContentForm>;

export interface ContentTemplate extends ContentForm {
  sid: string;
  /** Milliseconds of the epoch. */
  createdAt: number;
}

/** A Content resource, as in Twilio's description. */
export function contentResource(template: ContentTemplate, accountSid: string): Record<string, unknown> {
  const { sid, createdAt, friendly_name = null, language, variables = {}, types } = template;
  const date = new Date(createdAt).toISOString().replace(/\.\d+/, '');
  const url = `https://content.twilio.com/v1/Content/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    friendly_name,
    language,
    variables,
    types,
    url,
    date_created: date,
    date_updated: date,
    links: { approval_create: `${url}/ApprovalRequests/whatsapp`, approval_fetch: `${url}/ApprovalRequests` },
  };
}

/** The text of a template with its variables replaced; `complete`: none is missing. */
export function rendered(
  template: Pick<ContentTemplate, 'types' | 'variables'>,
  given: Readonly<Record<string, string>>,
): { body: string; complete: boolean } {
  const bodies = Object.values(template.types).map((type) => type['body']);
  const text = bodies.find((body): body is string => typeof body === 'string') ?? '';
  const values: Record<string, string> = { ...template.variables, ...given };
  const missing = [...text.matchAll(/\{\{(\w+)\}\}/g)].some(([, name]) => values[name!] === undefined);
  return { body: text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole), complete: !missing };
}

/** The ContentVariables of a request: a JSON object of strings, or nothing. */
export function givenVariables(text: string | null): Record<string, string> | undefined {
  if (text === null || text === '') return {};
  try {
    const parsed = Variables.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
