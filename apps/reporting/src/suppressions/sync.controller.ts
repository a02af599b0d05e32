import { Channel } from '#libs/contracts';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Audit } from '../access/audit/audit.port.ts';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { type ListRunResponse, type ListRunsAsked, type ListRuns, suppressionExamples } from './responses.ts';

type Asked<T> = T & { hasLists: boolean };

/** The providers' own lists, which the channels take over by themselves. */
@ApiTags('Suppressions')
@Controller('v1/suppressions/sync')
export class SuppressionSyncController {
  constructor(
    @Inject(InternalServices) private readonly services: InternalServices,
    @Inject(Audit) private readonly audit: Pick<Audit, 'record'>,
  ) {}

  @Get()
  @Access('read', { tenants: 'all' })
  @DocumentRequest({})
  @DocumentResponse(
    'When the providers’ own lists were taken over last, and what came of it',
    'ListRuns',
    suppressionExamples.runs,
  )
  async show(): Promise<ListRuns> {
    return { items: await this.askAll<Omit<ListRunResponse, 'channel'>>('GET') };
  }

  /** A run begins within seconds; `run` is the number that it has in the list. */
  @Post()
  @HttpCode(202)
  @Access('operate', { tenants: 'all', audited: 'suppression.lists-asked' })
  @DocumentRequest({})
  @DocumentResponse('The runs that begin now', 'ListRunsAsked', suppressionExamples.asked, { status: 202 })
  async ask(@CallerOfRequest() { who }: Caller): Promise<ListRunsAsked> {
    const action = 'suppression.lists-asked';
    await this.audit.record({ who, action, target: 'suppression-lists', tenants: 'all', outcome: 'asked' });
    return { items: await this.askAll<{ run: number }>('POST') };
  }

  /** Of the channels that have a provider with lists. */
  private async askAll<T extends object>(method: 'GET' | 'POST'): Promise<(T & { channel: Channel })[]> {
    const question = { method, path: 'suppressions/sync' };
    const answers = await Promise.all(
      Channel.options.map(async (channel) => ({
        channel,
        ...(await this.services.ask<Asked<T>>(channel, question)),
      })),
    );
    return answers.flatMap(({ hasLists, ...answer }) =>
      hasLists ? [answer as unknown as T & { channel: Channel }] : [],
    );
  }
}
