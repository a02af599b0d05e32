import type { FieldError, SmsRequested } from '#libs/contracts';
import { z } from 'zod';
import type { ContentTemplateRules } from '../../definition.ts';
import { twilioLimits } from './twilio.limits.ts';

type TemplateRef = NonNullable<SmsRequested['contentTemplate']>;

const CONTENT_SID = /^HX[0-9a-fA-F]{32}$/;

/** `TWILIO_CONTENT_TEMPLATES`: a template's name, or name@version, and Twilio's id of it. */
export const ContentTemplates = z.record(
  z.string().min(1).max(133),
  z.string().regex(CONTENT_SID, 'must be HX followed by 32 hex digits'),
);
export type ContentTemplates = z.infer<typeof ContentTemplates>;

/** Twilio's id of a template; undefined: unknown. */
export function contentSidOf({ name, version }: TemplateRef, known: ContentTemplates): string | undefined {
  if (CONTENT_SID.test(name)) return name;
  const asked = version === undefined ? name : `${name}@${version}`;
  return Object.hasOwn(known, asked) ? known[asked] : undefined;
}

/** The templates of these settings, in the channel's form. */
export const contentTemplatesOf = (known: ContentTemplates): ContentTemplateRules => ({
  problemsOf: (template) => templateProblems(template, known),
});

/** Why a request's template cannot be used, field by field. */
export function templateProblems(ref: TemplateRef, known: ContentTemplates): FieldError[] {
  const unknown = contentSidOf(ref, known) === undefined;
  const { variables, variableNames } = twilioLimits;
  const tooMany =
    Object.keys(ref.variables).length > variables.most
      ? [{ field: 'contentTemplate.variables', rule: `must be at most ${variables.most}` }]
      : [];
  const wrong = Object.entries(ref.variables).flatMap(([name, value]) => {
    const rule =
      /^\S+$/.test(name) && name.length <= variableNames.most
        ? variableRule(value)
        : `must have a name of 1 to ${variableNames.most} characters without blanks`;
    return rule ? [{ field: `contentTemplate.variables.${/^\w{1,40}$/.test(name) ? name : '?'}`, rule }] : [];
  });
  return [
    ...(unknown
      ? [
          {
            field: 'contentTemplate.name',
            rule: 'must be a template of TWILIO_CONTENT_TEMPLATES, or Twilio’s own name of one (HX…)',
          },
        ]
      : []),
    ...tooMany,
    ...wrong,
  ];
}

/** Twilio accepts strings only; WhatsApp refuses consecutive blanks (63013). */
function variableRule(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return undefined;
  if (typeof value !== 'string') return 'must be a text, a number, true or false';
  const { most } = twilioLimits.variableValues;
  if (value.length > most) return `must have at most ${most} characters`;
  return / {5}|[\n\t]/.test(value) ? 'must not hold more than four blanks in a row, line breaks or tabs' : undefined;
}

/** The variables in Twilio's form: a JSON object of strings. */
export function contentVariablesOf({ variables }: Pick<TemplateRef, 'variables'>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])));
}
