import { Valid } from '#libs/runtime';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { BytesQuery, type Parsed, UnreadablePath, UnreadableQuery } from './requests.ts';
import {
  type UnreadableBytesResponse,
  type UnreadableDetail,
  unreadableExamples,
  type UnreadableList,
} from './responses.ts';
import { UnreadableService } from './unreadable.service.ts';

@ApiTags('Unreadable records')
@Controller('v1/unreadable')
export class UnreadableController {
  constructor(@Inject(UnreadableService) private readonly unreadable: UnreadableService) {}

  @Get()
  @Access('read')
  @DocumentRequest({ query: UnreadableQuery })
  @DocumentResponse(
    'Records that were quarantined, by cause and newest first',
    'UnreadableList',
    unreadableExamples.list,
  )
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(UnreadableQuery)) query: Parsed<typeof UnreadableQuery>,
  ): Promise<UnreadableList> {
    return this.unreadable.list(caller, query);
  }

  @Get(':id')
  @Access('read')
  @DocumentRequest({ path: UnreadablePath })
  @DocumentResponse('One of them, and what to do', 'Unreadable', unreadableExamples.one, { notFound: true })
  show(
    @CallerOfRequest() caller: Caller,
    @Param(new Valid(UnreadablePath)) { id }: Parsed<typeof UnreadablePath>,
  ): Promise<UnreadableDetail> {
    return this.unreadable.show(caller, id);
  }

  @Get(':id/bytes')
  @Access('content', { audited: 'unreadable.revealed' })
  @DocumentRequest({ path: UnreadablePath, query: BytesQuery })
  @DocumentResponse('Its bytes, read from Kafka now', 'UnreadableBytes', unreadableExamples.bytes, {
    notFound: true,
    gone: true,
  })
  reveal(
    @CallerOfRequest() caller: Caller,
    @Param(new Valid(UnreadablePath)) { id }: Parsed<typeof UnreadablePath>,
    @Query(new Valid(BytesQuery)) { most }: Parsed<typeof BytesQuery>,
  ): Promise<UnreadableBytesResponse> {
    return this.unreadable.reveal(caller, id, most);
  }
}
