import type { Channel } from '#libs/contracts';
import { ChannelPort, type Explanation, ExplainService, type Hold, HoldReports, Holds } from '#libs/delivery';
import { BearerGuard, Valid } from '#libs/runtime';
import { ExplainQuery, HoldLift, type Parsed } from './requests.ts';
import { Body, Controller, Get, HttpCode, Inject, NotFoundException, Post, Query, UseGuards } from '@nestjs/common';

const remedy = 'Correct the named fields; messaging holds and messaging explain send them right.';

type ListedHold = Hold & { channel: Channel };

/** How this channel chooses providers: what holds them back, and a dry run of a request. */
@Controller('v1')
@UseGuards(BearerGuard)
export class RoutingController {
  constructor(
    @Inject(ChannelPort) private readonly port: Pick<ChannelPort<unknown, unknown>, 'channel'>,
    @Inject(Holds) private readonly holds: Pick<Holds, 'all'>,
    @Inject(HoldReports) private readonly reports: Pick<HoldReports, 'lift'>,
    @Inject(ExplainService) private readonly explainer: Pick<ExplainService, 'explain'>,
  ) {}

  /** All holds of the last two days, those that were lifted as well. */
  @Get('holds')
  async list(): Promise<{ holds: ListedHold[] }> {
    const holds = await this.holds.all();
    return { holds: holds.map((hold) => ({ channel: this.port.channel, ...hold })) };
  }

  @Post('holds/lift')
  @HttpCode(200)
  async lift(@Body(new Valid(HoldLift, remedy)) { id, by }: Parsed<typeof HoldLift>): Promise<ListedHold> {
    const lifted = await this.reports.lift(id, by);
    if (!lifted) throw new NotFoundException(noSuchHold);
    return { channel: this.port.channel, ...lifted };
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

const noSuchHold = {
  code: 'MSG_NOT_FOUND',
  message: 'there is no such hold, or it is lifted already',
  remedy: 'List the holds: messaging holds list.',
};
