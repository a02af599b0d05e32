import { type ListRun, ListSync } from '#libs/delivery';
import { BearerGuard } from '#libs/runtime';
import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';

/** The last time that the providers' own lists were taken over, and whether this channel has any. */
export type ListSyncState = ListRun & { hasLists: boolean };

/** Taking over the providers' own lists: how it stands, and one that is asked for. */
@Controller('v1/suppressions/sync')
@UseGuards(BearerGuard)
export class SuppressionSyncController {
  constructor(@Inject(ListSync) private readonly sync: Pick<ListSync, 'last' | 'ask' | 'hasLists'>) {}

  @Get()
  async show(): Promise<ListSyncState> {
    return { ...(await this.sync.last()), hasLists: this.sync.hasLists };
  }

  /** A run begins within seconds, at one of the replicas: `run` is the number that it has. */
  @Post()
  @HttpCode(202)
  async ask(): Promise<{ run: number; hasLists: boolean }> {
    return { run: await this.sync.ask(), hasLists: this.sync.hasLists };
  }
}
