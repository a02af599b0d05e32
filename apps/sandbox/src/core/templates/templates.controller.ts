import { Channel } from '#libs/contracts';
import { examplesOf, Templates } from '#libs/templates';
import { Controller, Get, Inject, NotFoundException, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type CoreConfig, SANDBOX_CONFIG } from '../config.ts';
import { listPage, previewPage, templatePageHeaders } from './template-page.policy.ts';

/** Previews of the templates. The folder is read again each time, so that an author sees what was just saved. */
@Controller('previews')
export class TemplatesController {
  private readonly config: CoreConfig;

  constructor(@Inject(SANDBOX_CONFIG) config: CoreConfig) {
    this.config = config;
  }

  @Get()
  async list(@Res() reply: FastifyReply): Promise<void> {
    const { templates, problems } = await Templates.inspect(this.config.TEMPLATES_DIR);
    void reply.headers(templatePageHeaders).send(listPage(templates.list(), problems));
  }

  @Get(':name')
  async preview(
    @Param('name') name: string,
    @Query('version') version: string | undefined,
    @Query('channel') wanted: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { templates } = await Templates.inspect(this.config.TEMPLATES_DIR);
    const info = templates.list().find((one) => one.name === name && (version ? one.version === version : one.newest));
    const channel = info?.channels.find((one) => one === Channel.safeParse(wanted).data) ?? info?.channels[0];
    const rendering =
      info &&
      channel &&
      templates.render(channel, { name, version: info.version, variables: examplesOf(info.declaration) });
    if (!rendering?.rendered) throw new NotFoundException();
    void reply.headers(templatePageHeaders).send(previewPage(name, rendering.version, rendering.content));
  }
}
