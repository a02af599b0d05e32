import type { Channel } from '#libs/contracts';
import { ChannelPort, type Explanation, ExplainService, type Hold, Holds } from '#libs/delivery';
import { BearerGuard, Valid } from '#libs/runtime';
import { ExplainQuery, type Parsed } from './requests.ts';
import { Body, Controller, Get, HttpCode, Inject, Post, Query, UseGuards } from '@nestjs/common';

const remedy = 'Correct the named fields; messaging explain sends them right.';

type ListedHold = Hold & { channel: Channel };

/** How this channel chooses providers: what holds them back, and a dry run of a request. */
@Controller('v1')
@UseGuards(BearerGuard)
export class RoutingController {
  constructor(
    @Inject(ChannelPort) private readonly port: Pick<ChannelPort<unknown, unknown>, 'channel'>,
    @Inject(Holds) private readonly holds: Pick<Holds, 'all'>,
    @Inject(ExplainService) private readonly explainer: Pick<ExplainService, 'explain'>,
  ) {}

  /** All holds of the last two days, those that were lifted as well. */
  @Get('holds')
  async list(): Promise<{ holds: ListedHold[] }> {
    const holds = await this.holds.all();
    return { holds: holds.map((hold) => ({ channel: this.port.channel, ...hold })) };
  }

  /** The body is a request as upstream would publish it. Nothing is sent or kept. */
  @Post('explain')
  @HttpCode(200)
  explain(
    @Body() request: unknown,
    @Query(new Valid(ExplainQuery, remedy)) { lane }: Parsed<typeof ExplainQuery>,
  ): Promise<Explanation> {
    return this.explainer.explain(request, lane, Date.now());
  }
}
