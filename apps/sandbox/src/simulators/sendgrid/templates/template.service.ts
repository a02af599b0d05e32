import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Answer } from '../../../core/response.ts';
import { hex } from '../../../core/inbox/ids.ts';
import { badRequest, errorResponse } from '../error.policy.ts';
import { unreadable } from './rendering.ts';
import {
  partsOf,
  type Template,
  TemplateForm,
  TemplateName,
  templateView,
  type Version,
  VersionChange,
  VersionForm,
  versionView,
} from './template.policy.ts';

const gone: Answer = { status: 204 };
const MOST_VERSIONS = 300;

/** The account's templates, in memory. */
@Injectable()
export class SendGridTemplates {
  private readonly templates = new Map<string, Template>();

  /** The version that mail is made of; undefined: there is none. */
  active(id: string): Version | undefined {
    return this.templates.get(id)?.versions.find(({ active }) => active);
  }

  create(body: unknown, now: number): Answer {
    return given(TemplateForm, body, ({ name, generation }) => {
      const id = generation === 'dynamic' ? `d-${hex(32)}` : randomUUID();
      const template: Template = { id, name, generation, updatedAt: now, versions: [] };
      this.templates.set(id, template);
      return { status: 201, body: templateView(template) };
    });
  }

  list(generations: string | undefined, size: string | undefined): Answer {
    const most = Number(size ?? 10);
    if (!Number.isInteger(most) || most < 1 || most > 200)
      return badRequest([{ message: 'page_size must be a number from 1 to 200', field: 'page_size', help: null }]);
    const wanted = (generations ?? 'legacy').split(',');
    const found = [...this.templates.values()].filter(({ generation }) => wanted.includes(generation));
    return {
      status: 200,
      body: {
        result: found.slice(0, most).map(templateView),
        _metadata: { self: 'https://api.sendgrid.com/v3/templates', count: found.length },
      },
    };
  }

  one(id: string): Answer {
    return this.with(id, (template) => ({ status: 200, body: templateView(template) }));
  }

  rename(id: string, body: unknown, now: number): Answer {
    return this.with(id, (template) =>
      given(TemplateName, body, ({ name }) => {
        Object.assign(template, { name, updatedAt: now });
        return { status: 200, body: templateView(template) };
      }),
    );
  }

  remove(id: string): Answer {
    return this.templates.delete(id) ? gone : errorResponse(404);
  }

  addVersion(id: string, body: unknown, now: number): Answer {
    return this.with(id, (template) =>
      given(VersionForm, body, (form) => {
        if (template.versions.length >= MOST_VERSIONS) return errorResponse(400, 'A template may have 300 versions.');
        const version: Version = { id: randomUUID(), ...partsOf(form), active: false, updatedAt: now };
        // The first is active, whatever was asked.
        return this.keep(template, version, form.active === 1 || template.versions.length === 0, 201);
      }),
    );
  }

  oneVersion(id: string, versionId: string): Answer {
    return this.withVersion(id, versionId, (_, version) => ({ status: 200, body: versionView(id, version) }));
  }

  changeVersion(id: string, versionId: string, body: unknown, now: number): Answer {
    return this.withVersion(id, versionId, (template, version) =>
      given(VersionChange, body, (form) =>
        this.keep(template, { ...version, ...partsOf(form, version), updatedAt: now }, form.active === 1, 200),
      ),
    );
  }

  activate(id: string, versionId: string): Answer {
    return this.withVersion(id, versionId, (template, version) => this.keep(template, version, true, 200));
  }

  removeVersion(id: string, versionId: string): Answer {
    return this.withVersion(id, versionId, (template, version) => {
      template.versions = template.versions.filter((one) => one !== version);
      return gone;
    });
  }

  private keep(template: Template, version: Version, activate: boolean, status: number): Answer {
    const problem = unreadable(version);
    if (problem !== undefined)
      return badRequest([{ message: `The template cannot be read: ${problem}`, field: 'html_content', help: null }]);
    const kept = { ...version, active: activate || version.active };
    const others = template.versions
      .filter(({ id }) => id !== version.id)
      .map((other) => ({ ...other, active: other.active && !activate }));
    template.versions = [kept, ...others];
    return { status, body: versionView(template.id, kept) };
  }

  private with(id: string, work: (template: Template) => Answer): Answer {
    const template = this.templates.get(id);
    return template ? work(template) : errorResponse(404);
  }

  private withVersion(id: string, versionId: string, work: (template: Template, version: Version) => Answer): Answer {
    return this.with(id, (template) => {
      const version = template.versions.find((one) => one.id === versionId);
      return version ? work(template, version) : errorResponse(404);
    });
  }
}

function given<S extends z.ZodType>(form: S, body: unknown, work: (value: z.infer<S>) => Answer): Answer {
  const parsed = form.safeParse(body);
  if (parsed.success) return work(parsed.data);
  return badRequest(
    parsed.error.issues.map(({ path, message }) => ({ message, field: path.join('.') || null, help: null })),
  );
}
