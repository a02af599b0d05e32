import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { hex } from '../../../core/inbox/ids.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { ContentForm, contentResource, type ContentTemplate } from './content.policy.ts';
import { refusal } from '../error.policy.ts';

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
}
