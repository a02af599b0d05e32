import { Channel } from '#libs/contracts';
import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Audit } from '../access/audit/audit.port.ts';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { HoldLift, HoldQuery, type Parsed } from './requests.ts';
import { type HoldList, type HoldResponse, providerExamples } from './responses.ts';

/** Which providers are left alone: said by the channels, which alone know it at this moment. */
@ApiTags('Routing')
@Controller('v1/holds')
export class HoldsController {
  constructor(
    @Inject(InternalServices) private readonly services: InternalServices,
    @Inject(Audit) private readonly audit: Pick<Audit, 'record'>,
  ) {}

  @Get()
  @Access('read', { tenants: 'all' })
  @DocumentRequest({ query: HoldQuery })
  @DocumentResponse('The providers that are left alone, and why', 'HoldList', providerExamples.holds)
  async list(@Query(new Valid(HoldQuery)) { channel, lifted }: Parsed<typeof HoldQuery>): Promise<HoldList> {
    const channels = channel === undefined ? Channel.options : [channel];
    const answers = await Promise.all(
      channels.map((one) => this.services.ask<{ holds: HoldResponse[] }>(one, { method: 'GET', path: 'holds' })),
    );
    const items = answers.flatMap(({ holds }) => holds);
    return { items: items.filter(({ state }) => lifted || state === 'held') };
  }

  @Post('lift')
  @HttpCode(200)
  @Access('operate', { tenants: 'all', audited: 'hold.lifted' })
  @DocumentRequest({ body: HoldLift, example: { channel: 'email', id: providerExamples.lifted.id } })
  @DocumentResponse('The hold, lifted: its provider takes calls again', 'Hold', providerExamples.lifted, {
    notFound: true,
  })
  async lift(
    @CallerOfRequest() { who }: Caller,
    @Body(new Valid(HoldLift)) { channel, id }: Parsed<typeof HoldLift>,
  ): Promise<HoldResponse> {
    await this.audit.record({ who, action: 'hold.lifted', target: `hold:${id}`, tenants: 'all', outcome: 'asked' });
    const body = { id, by: who };
    return this.services.ask<HoldResponse>(channel, { method: 'POST', path: 'holds/lift', body });
  }
}
