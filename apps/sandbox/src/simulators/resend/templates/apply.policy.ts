import type { Checked } from '../email/email-rules.policy.ts';
import type { Email } from '../email/email.policy.ts';
import { refusal } from '../error.policy.ts';
import { filled, missing, type Template } from './template.policy.ts';

/**
 * The e-mail with what its template holds, or why it cannot be made. Which error a template that is unknown, a draft or
 * short of a variable gives is documented nowhere: these are our guess.
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
