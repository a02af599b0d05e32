import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { refusal } from '../error.policy.ts';
import { listOf, type Page, pageOf } from '../page.policy.ts';
import {
  listedTemplate,
  type Template,
  TemplateChange,
  TemplateForm,
  undeclared,
  wholeTemplate,
} from './template.policy.ts';

/** The account's templates, in memory. */
@Injectable()
export class ResendTemplates {
  private readonly templates = new Map<string, Template>();

  /** By its id or alias. */
  find(wanted: string): Template | undefined {
    return this.templates.get(wanted) ?? [...this.templates.values()].find(({ draft }) => draft.alias === wanted);
  }

  create(body: unknown, now: number): Answer {
    const parsed = TemplateForm.safeParse(body);
    if (!parsed.success) return unfit(parsed.error.issues[0]?.path);
    return this.fitting(parsed.data, (draft) => ({
      status: 201,
      body: { object: 'template', id: this.keep(draft, now) },
    }));
  }

  list(query: Partial<Record<keyof Page, string>>): Answer {
    const page = pageOf(query);
    if (!page) return refusal('validation_error', 'The pagination parameters are wrong.', 422);
    return { status: 200, body: listOf([...this.templates.values()].reverse(), page, ({ id }) => id, listedTemplate) };
  }

  one(wanted: string): Answer {
    return this.with(wanted, (template) => ({ status: 200, body: wholeTemplate(template) }));
  }

  change(wanted: string, body: unknown, now: number): Answer {
    return this.with(wanted, (template) => {
      const parsed = TemplateChange.safeParse(body);
      if (!parsed.success) return unfit(parsed.error.issues[0]?.path);
      return this.fitting(
        { ...template.draft, ...parsed.data },
        (draft) => {
          Object.assign(template, { draft, versionId: randomUUID(), updatedAt: now });
          return { status: 200, body: { object: 'template', id: template.id } };
        },
        template,
      );
    });
  }

  publish(wanted: string, now: number): Answer {
    return this.with(wanted, (template) => {
      Object.assign(template, { published: template.draft, publishedAt: now });
      return { status: 200, body: { object: 'template', id: template.id } };
    });
  }

  duplicate(wanted: string, now: number): Answer {
    return this.with(wanted, ({ draft }) => {
      const id = this.keep({ ...draft, name: `${draft.name} (Copy)`, alias: undefined }, now);
      return { status: 200, body: { object: 'template', id } };
    });
  }

  remove(wanted: string): Answer {
    return this.with(wanted, ({ id }) => {
      this.templates.delete(id);
      return { status: 200, body: { object: 'template', id, deleted: true } };
    });
  }

  private keep(draft: TemplateForm, now: number): string {
    const id = randomUUID();
    this.templates.set(id, {
      id,
      versionId: randomUUID(),
      draft,
      published: undefined,
      publishedAt: null,
      createdAt: now,
      updatedAt: now,
    });
    return id;
  }

  private with(wanted: string, work: (template: Template) => Answer): Answer {
    const template = this.find(wanted);
    return template ? work(template) : refusal('not_found', 'Template not found');
  }

  private fitting(draft: TemplateForm, work: (draft: TemplateForm) => Answer, own?: Template): Answer {
    const variable = undeclared(draft);
    if (variable !== undefined)
      return refusal(
        'validation_error',
        `Variable '${variable}' is used in the template but not defined in the variables list`,
        422,
      );
    const other = draft.alias ? this.find(draft.alias) : undefined;
    return other && other !== own ? refusal('validation_error', 'The alias is taken.', 422) : work(draft);
  }
}

const unfit = (path: readonly PropertyKey[] | undefined): Answer =>
  refusal('validation_error', `Invalid \`${path?.map(String).join('.') || 'template'}\` field.`, 422);
