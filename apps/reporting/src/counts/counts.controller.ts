import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { type ComparedDay, Counts, type RebuildState } from './counts.port.ts';
import { RebuildOrder } from './requests.ts';
import { countsExample, type CountsResponse } from './responses.ts';

/** Whether the counts are what the messages say, and how they are made anew (docs/reporting.md). */
@ApiTags('Counts')
@Controller('v1/counts')
export class CountsController {
  constructor(@Inject(Counts) private readonly counts: Counts) {}

  @Get()
  @Access('read', { tenants: 'all' })
  @DocumentRequest({})
  @DocumentResponse('How far counts are made anew, and which days were compared', 'Counts', countsExample)
  async show(): Promise<CountsResponse> {
    const [rebuild, compared] = await Promise.all([this.counts.rebuild(), this.counts.compared()]);
    return responseOf(rebuild, compared);
  }

  /** While one runs, another one is not begun. */
  @Post('rebuild')
  @HttpCode(202)
  @Access('operate', { tenants: 'all', audited: 'counts.rebuilt' })
  @DocumentRequest({ body: RebuildOrder, example: {} })
  @DocumentResponse('Makes all counts anew, while facts go on', 'Counts', countsExample, { status: 202 })
  async rebuild(@CallerOfRequest() { who }: Caller, @Body(new Valid(RebuildOrder)) _: object): Promise<CountsResponse> {
    const rebuild = await this.counts.beginRebuild({
      who,
      action: 'counts.rebuilt',
      target: 'counts',
      tenants: 'all',
      outcome: 'done',
    });
    return responseOf(rebuild, await this.counts.compared());
  }
}

const responseOf = (rebuild: RebuildState | undefined, compared: readonly ComparedDay[]): CountsResponse => ({
  rebuild: rebuild
    ? { ...rebuild, askedAt: rebuild.askedAt.toISOString(), endedAt: rebuild.endedAt?.toISOString() ?? null }
    : null,
  compared: compared.map(({ day, different, at, repairedAt }) => ({
    day,
    different,
    at: at.toISOString(),
    repairedAt: repairedAt?.toISOString() ?? null,
  })),
});
