import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { give } from '../../../core/gate/give.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { type Account, isOwner } from '../auth.policy.ts';
import { ContentService } from './content.service.ts';
import { refusal } from '../error.policy.ts';

/** content.twilio.com/v1, as far as sending by a template needs it. */
@Controller('v1/Content')
export class ContentController {
  private readonly account: Account;

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    private readonly contents: ContentService,
  ) {
    this.account = { sid: config.SANDBOX_TWILIO_ACCOUNT_SID, token: config.SANDBOX_TWILIO_AUTH_TOKEN };
  }

  @Post()
  create(@Req() { body, headers }: FastifyRequest, @Res() reply: FastifyReply): void {
    const refused = isOwner(headers.authorization, this.account) ? null : refusal(20003, { status: 401 });
    give(reply, refused ?? this.contents.create(body));
  }
}
