import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { hex } from '../../../core/inbox/ids.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { ContentForm, contentResource, type ContentTemplate } from './content.policy.ts';
import { notFound, refusal } from '../error.policy.ts';

/** Twilio's Content resource, in memory. Every template counts as approved. */
@Injectable()
export class ContentService {
  private readonly accountSid: string;
  private readonly templates = new Map<string, ContentTemplate>();

  constructor(@Inject(SANDBOX_CONFIG) config: SandboxConfig) {
    this.accountSid = config.SANDBOX_TWILIO_ACCOUNT_SID;
  }

  find(sid: string): ContentTemplate | undefined {
    return this.templates.get(sid);
  }

  create(body: unknown): Answer {
    const parsed = ContentForm.safeParse(body);
    if (!parsed.success) return refusal(20001);
    const template: ContentTemplate = { ...parsed.data, sid: `HX${hex(32)}`, createdAt: Date.now() };
    this.templates.set(template.sid, template);
    return { status: 201, body: contentResource(template, this.accountSid) };
  }

  one(sid: string, url: string): Answer {
    const template = this.templates.get(sid);
    return template ? { status: 200, body: contentResource(template, this.accountSid) } : notFound(url);
  }

  list(): Answer {
    const contents = [...this.templates.values()].map((template) => contentResource(template, this.accountSid));
    const url = 'https://content.twilio.com/v1/Content?PageSize=50&Page=0';
    const meta = {
      key: 'contents',
      page: 0,
      page_size: 50,
      first_page_url: url,
      previous_page_url: null,
      next_page_url: null,
      url,
    };
    return { status: 200, body: { contents, meta } };
  }

  remove(sid: string, url: string): Answer {
    return this.templates.delete(sid) ? { status: 204 } : notFound(url);
  }
}
