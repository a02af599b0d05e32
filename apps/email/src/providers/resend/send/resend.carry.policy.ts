import { beyondLimit, ownFailure } from '#libs/providers';
import type { Failure, FieldError } from '#libs/contracts';
import type { EmailMessage } from '../../../email-message.ts';
import { hasGroupTag } from '../../../unsubscribe/placeholder.policy.ts';
import { refusedExtensions, resendLimits, reservedVariables } from './resend.limits.ts';

/** Why Resend can never send a message, whatever its state. */
export function unsupported(message: EmailMessage): Failure | undefined {
  const { template, boundTo, sandbox } = message;
  if (sandbox) return noCheckOnly;
  if (template && boundTo !== 'resend') return templateElsewhere;
  if (template && !Object.values(template.variables).every(isPlain)) return variablesNotPlain;
  const beyond = [
    ...attachmentProblems(message),
    ...groupTagProblems(message),
    ...(template ? variableProblems(template.variables) : []),
  ];
  return beyond.length > 0 ? beyondLimit('resend', beyond) : undefined;
}

const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number';

function attachmentProblems({ attachments = [], text = '', html = '' }: EmailMessage): FieldError[] {
  const refused = attachments.flatMap(({ filename }, index) => {
    const extension = /\.([^.]+)$/.exec(filename)?.[1]?.trim().toLowerCase();
    return extension !== undefined && refusedExtensions.has(extension)
      ? [{ field: `attachments[${index}].filename`, rule: `must not end in .${extension}: Resend sends no such files` }]
      : [];
  });
  const bytes = attachments.reduce(
    (sum, { content = '' }) => sum + content.length,
    Buffer.byteLength(text) + Buffer.byteLength(html),
  );
  const { most } = resendLimits.totalBytes;
  return bytes > most
    ? [
        ...refused,
        { field: 'attachments', rule: `must have at most ${most} bytes together with text and html, in base64` },
      ]
    : refused;
}

/** Only SendGrid replaces these tags. */
function groupTagProblems(message: EmailMessage): FieldError[] {
  return (['text', 'html'] as const)
    .filter((field) => hasGroupTag(message[field]))
    .map((field) => ({
      field,
      rule: 'holds an unsubscribe tag of SendGrid’s (<%asm_…%>), which Resend does not fill',
    }));
}

function variableProblems(variables: Readonly<Record<string, unknown>>): FieldError[] {
  const names = Object.keys(variables);
  const { most } = resendLimits.variables;
  const tooMany = names.length > most ? [{ field: 'template.variables', rule: `must be at most ${most}` }] : [];
  const wrong = names.flatMap((name) => {
    const rule = variableRule(name);
    return rule === undefined ? [] : [{ field: `template.variables.${/^\w{1,60}$/.test(name) ? name : '?'}`, rule }];
  });
  return [...tooMany, ...wrong];
}

function variableRule(name: string): string | undefined {
  if (reservedVariables.has(name)) return 'is a name that Resend keeps for itself';
  return /^[A-Za-z0-9_]{1,50}$/.test(name) ? undefined : 'must have a name of 1 to 50 ASCII letters, digits and _';
}

const templateElsewhere = ownFailure(
  'MSG_TEMPLATE_OF_OTHER_PROVIDER',
  'bad-content',
  'never',
  'The template is not kept at Resend, so Resend cannot send it.',
  {
    provider: 'resend',
    remedy: 'Name a template of Resend as resend:<id>, or configure the provider that keeps this one.',
  },
);

/** Resend cannot only check a mail: it would send it. */
const noCheckOnly = ownFailure(
  'MSG_VALIDATION_NOT_SUPPORTED',
  'bad-content',
  'never',
  'Resend cannot check a mail without sending it.',
  {
    provider: 'resend',
    remedy: 'Leave out sandbox, or configure SendGrid, which can.',
  },
);

const variablesNotPlain = ownFailure(
  'MSG_VARIABLES_NOT_TEXT',
  'bad-content',
  'never',
  'A template of Resend takes texts and numbers only.',
  {
    provider: 'resend',
    remedy: 'Give each template variable as a text or a number.',
  },
);
