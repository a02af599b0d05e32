import { Channel } from '#libs/contracts';
import { Valid } from '#libs/runtime';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { HoldQuery, type Parsed } from './requests.ts';
import { type HoldList, type HoldResponse, providerExamples } from './responses.ts';

/** Which providers are left alone: said by the channels, which alone know it at this moment. */
@ApiTags('Routing')
@Controller('v1/holds')
export class HoldsController {
  constructor(@Inject(InternalServices) private readonly services: InternalServices) {}

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
}
