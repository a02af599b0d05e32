import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../../access/guard/access.decorators.ts';
import type { MessageResponse, MessageList } from '../responses.ts';
import { type Parsed, ListQuery, MessagePath, MessageQuery, Search } from '../requests.ts';
import { DocumentResponse, DocumentRequest } from '../docs/docs.decorators.ts';
import { listExample, messageExample } from '../docs/examples.ts';
import { ReportService } from '../report.service.ts';

@ApiTags('Messages')
@Controller('v1/messages')
export class MessageController {
  constructor(@Inject(ReportService) private readonly reports: ReportService) {}

  @Get()
  @Access('read')
  @DocumentRequest({ query: ListQuery })
  @DocumentResponse('Messages, newest first', 'MessageList', listExample)
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(ListQuery)) query: Parsed<typeof ListQuery>,
  ): Promise<MessageList> {
    return this.reports.messages(caller, query);
  }

  /** A POST with a body, because proxies and browsers log URLs, and those must not contain addresses. */
  @Post('search')
  @HttpCode(200)
  @Access('read')
  @DocumentRequest({ body: Search, example: { recipient: 'ada@inbox.test', limit: 20 } })
  @DocumentResponse('Messages to one recipient, newest first', 'MessageList', listExample)
  search(
    @CallerOfRequest() caller: Caller,
    @Body(new Valid(Search)) search: Parsed<typeof Search>,
  ): Promise<MessageList> {
    return this.reports.messages(caller, search);
  }

  @Get(':channel/:messageId')
  @Access('read')
  @DocumentRequest({ path: MessagePath, query: MessageQuery })
  @DocumentResponse('One message and what happened to it', 'Message', messageExample, { notFound: true })
  message(
    @CallerOfRequest() caller: Caller,
    @Param(new Valid(MessagePath)) path: Parsed<typeof MessagePath>,
    @Query(new Valid(MessageQuery)) query: Parsed<typeof MessageQuery>,
  ): Promise<MessageResponse> {
    return this.reports.message(caller, path, query.tenant);
  }
}
