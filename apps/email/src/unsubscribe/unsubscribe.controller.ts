import { InfrastructureDown } from '#libs/contracts';
import { Controller, Get, type OnModuleInit, Param, Post, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { askPage, donePage, laterPage, type Page, unknownPage } from './page.policy.ts';
import { tokenIn, type UnsubscribeClaim, UnsubscribeTokens } from './token.policy.ts';
import { UnsubscribeService } from './unsubscribe.service.ts';

/** Mail programs send little more than `List-Unsubscribe=One-Click`. */
const MOST_BYTES = 16 * 1024;

/** Also what has a slash behind the token, and more. */
const link = [':token', ':token/*'];

/** The one-click unsubscribe of RFC 8058. */
@Controller('unsubscribe')
export class UnsubscribeController implements OnModuleInit {
  constructor(
    private readonly tokens: UnsubscribeTokens,
    private readonly service: UnsubscribeService,
    private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    // RFC 8058 prefers this form, which Fastify does not read; nothing in it matters to us.
    if (fastify.hasContentTypeParser('multipart/form-data')) return;
    fastify.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, _body, done) => done(null, undefined));
  }

  @Get(link)
  ask(@Param('token') token: string, @Res() reply: FastifyReply): void {
    give(reply, this.claimOf(token) ? askPage : unknownPage);
  }

  @Post(link)
  async leave(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const claim = this.claimOf(token);
    if (!claim) return give(reply, unknownPage);
    try {
      await this.service.unsubscribe(claim, new Date());
    } catch (error) {
      if (!(error instanceof InfrastructureDown)) throw error;
      return give(reply, laterPage);
    }
    give(reply, donePage);
  }

  private claimOf(text: string): UnsubscribeClaim | undefined {
    const token = tokenIn(text);
    // The emphasis of _a marked-up link_ reads like the token's own last characters.
    return this.tokens.open(token) ?? this.tokens.open(token.replace(/[-_]+$/, ''));
  }
}

function give(reply: FastifyReply, { status, headers, html }: Page): void {
  void reply.code(status).headers(headers).send(html);
}
