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
  templateView,
  type Version,
  VersionForm,
  versionView,
} from './template.policy.ts';

const MOST_VERSIONS = 300;

/** The account's templates, in memory. */
@Injectable()
export class SendGridTemplates {
  private readonly templates = new Map<string, Template>();

  /** The active version of a template; undefined: there is none. */
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

  addVersion(id: string, body: unknown, now: number): Answer {
    const template = this.templates.get(id);
    if (!template) return errorResponse(404);
    return given(VersionForm, body, (form) => {
      if (template.versions.length >= MOST_VERSIONS) return errorResponse(400, 'A template may have 300 versions.');
      // The first version is always active.
      const active = form.active === 1 || template.versions.length === 0;
      const version: Version = { id: randomUUID(), ...partsOf(form), active, updatedAt: now };
      const problem = unreadable(version);
      if (problem !== undefined)
        return badRequest([{ message: `The template cannot be read: ${problem}`, field: 'html_content', help: null }]);
      const others = template.versions.map((other) => ({ ...other, active: other.active && !active }));
      template.versions = [version, ...others];
      return { status: 201, body: versionView(template.id, version) };
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
