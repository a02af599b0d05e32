import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DocumentRequest, DocumentResponse } from '../../api/docs/docs.decorators.ts';
import type { Caller } from '../caller.policy.ts';
import { Access, CallerOfRequest } from '../guard/access.decorators.ts';
import { KeysService } from './keys.service.ts';
import { KeyOrder, KeyPath, KeyQuery, type Parsed } from './requests.ts';
import { type ApiKeyList, type ApiKeyResponse, keyExamples, type MadeKeyResponse } from './responses.ts';

@ApiTags('Keys')
@Controller('v1/keys')
export class KeysController {
  constructor(@Inject(KeysService) private readonly keys: KeysService) {}

  @Get()
  @Access('admin')
  @DocumentRequest({ query: KeyQuery })
  @DocumentResponse('API keys, newest first, never the keys themselves', 'ApiKeyList', keyExamples.list)
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(KeyQuery)) query: Parsed<typeof KeyQuery>,
  ): Promise<ApiKeyList> {
    return this.keys.list(caller, query, new Date());
  }

  @Post()
  @Access('admin', { audited: 'key.made' })
  @DocumentRequest({ body: KeyOrder, example: { name: 'support desk', scopes: ['read'], tenants: ['shop'] } })
  @DocumentResponse('A fresh key, shown this once', 'MadeKey', keyExamples.made, { status: 201 })
  make(
    @CallerOfRequest() caller: Caller,
    @Body(new Valid(KeyOrder)) order: Parsed<typeof KeyOrder>,
  ): Promise<MadeKeyResponse> {
    return this.keys.make(caller, order, new Date());
  }

  /** A POST: the key stays in the list, with who revoked it. */
  @Post(':keyId/revoke')
  @HttpCode(200)
  @Access('admin', { audited: 'key.revoked' })
  @DocumentRequest({ path: KeyPath })
  @DocumentResponse('The key, which is refused from now on', 'ApiKey', keyExamples.revoked, { notFound: true })
  revoke(
    @CallerOfRequest() caller: Caller,
    @Param(new Valid(KeyPath)) { keyId }: Parsed<typeof KeyPath>,
  ): Promise<ApiKeyResponse> {
    return this.keys.revoke(caller, keyId, new Date());
  }
}
