import { InfrastructureDown } from '#libs/contracts';
import { BodyAsBytes } from '#libs/runtime';
import { Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { askPage, donePage, keptPage, laterPage, type Page, unknownPage } from './page.policy.ts';
import { tokenIn, type UnsubscribeClaim, UnsubscribeTokens } from './token.policy.ts';
import { UnsubscribeService } from './unsubscribe.service.ts';

/** The rest of the path, since mail programs may append a slash and more. */
const link = [':token', ':token/*'];

/** The one-click unsubscribe of RFC 8058. */
@Controller('unsubscribe')
export class UnsubscribeController {
  constructor(
    @Inject(UnsubscribeTokens) private readonly tokens: UnsubscribeTokens,
    @Inject(UnsubscribeService) private readonly service: UnsubscribeService,
  ) {}

  @Get(link)
  ask(@Param('token') token: string, @Res() reply: FastifyReply): void {
    give(reply, this.claimOf(token) ? askPage : unknownPage);
  }

  /** RFC 8058 has it posted as one of two kinds of form; the content does not matter. */
  @Post(link)
  @BodyAsBytes()
  async leave(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const claim = this.claimOf(token);
    if (!claim) return give(reply, unknownPage);
    try {
      const done = await this.service.unsubscribe(claim, new Date());
      give(reply, done === 'published' ? donePage : keptPage);
    } catch (error) {
      if (!(error instanceof InfrastructureDown)) throw error;
      give(reply, laterPage);
    }
  }

  private claimOf(text: string): UnsubscribeClaim | undefined {
    const token = tokenIn(text);
    // The underscore of an _emphasised link_ looks like the token's own last character.
    return this.tokens.open(token) ?? this.tokens.open(token.replace(/[-_]+$/, ''));
  }
}

function give(reply: FastifyReply, { status, headers, html }: Page): void {
  void reply.code(status).headers(headers).send(html);
}
