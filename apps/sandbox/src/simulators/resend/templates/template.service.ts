import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { refusal } from '../error.policy.ts';
import { type Template, TemplateForm, undeclared } from './template.policy.ts';

/** The account's templates, in memory. */
@Injectable()
export class ResendTemplates {
  private readonly templates = new Map<string, Template>();

  /** By its id or alias. */
  find(wanted: string): Template | undefined {
    return this.templates.get(wanted) ?? [...this.templates.values()].find(({ form }) => form.alias === wanted);
  }

  create(body: unknown): Answer {
    const parsed = TemplateForm.safeParse(body);
    const field = parsed.error?.issues[0]?.path.map(String).join('.') || 'template';
    if (!parsed.success) return refusal('validation_error', `Invalid \`${field}\` field.`, 422);
    const variable = undeclared(parsed.data);
    if (variable !== undefined)
      return refusal(
        'validation_error',
        `Variable '${variable}' is used in the template but not defined in the variables list`,
        422,
      );
    if (parsed.data.alias && this.find(parsed.data.alias))
      return refusal('validation_error', 'The alias is taken.', 422);
    const template: Template = { id: randomUUID(), form: parsed.data, published: false };
    this.templates.set(template.id, template);
    return { status: 201, body: { object: 'template', id: template.id } };
  }

  publish(wanted: string): Answer {
    const template = this.find(wanted);
    if (!template) return refusal('not_found', 'Template not found');
    template.published = true;
    return { status: 200, body: { object: 'template', id: template.id } };
  }
}
