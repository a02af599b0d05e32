import type { Checked } from '../email/email-rules.policy.ts';
import type { Email } from '../email/email.policy.ts';
import { refusal } from '../error.policy.ts';
import { filled, missing, type Template } from './template.policy.ts';

/**
 * The e-mail with the content of its template, or why it cannot be rendered. Resend does not document the errors for an
 * unknown template, a draft or a missing variable: these are our assumption.
 */
export function applied(email: Email, template: Template | undefined): Checked {
  if (!email.template) return { ok: true, email };
  const { variables = {} } = email.template;
  if (!template) return { ok: false, refusal: refusal('not_found', 'Template not found') };
  if (!template.published)
    return { ok: false, refusal: refusal('validation_error', 'The template is not published.', 422) };
  const made = template.form;
  const short = missing(made, variables);
  if (short !== undefined)
    return { ok: false, refusal: refusal('validation_error', `Missing the variable '${short}' of the template.`, 422) };
  const fill = (text: string) => filled(text, made, variables);
  return {
    ok: true,
    email: {
      ...email,
      subject: email.subject ?? fill(made.subject ?? ''),
      html: fill(made.html),
      ...(made.text && { text: fill(made.text) }),
    },
  };
}
