import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SendGridReception } from '../mail/reception.service.ts';
import { SendGridTemplates } from './template.service.ts';

const VERSIONS = ':template/versions';

/** SendGrid's transactional templates and their versions. */
@Controller('v3/templates')
export class SendGridTemplatesController {
  constructor(
    private readonly reception: SendGridReception,
    private readonly templates: SendGridTemplates,
  ) {}

  @Post()
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: unknown): void {
    this.reception.answer(request, reply, 'templates.create', () => this.templates.create(body, Date.now()));
  }

  @Get()
  list(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('generations') generations?: string,
    @Query('page_size') size?: string,
  ): void {
    this.reception.answer(request, reply, 'templates.read', () => this.templates.list(generations, size));
  }

  @Get(':template')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('template') id: string): void {
    this.reception.answer(request, reply, 'templates.read', () => this.templates.one(id));
  }

  @Patch(':template')
  rename(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('template') id: string,
    @Body() body: unknown,
  ): void {
    this.reception.answer(request, reply, 'templates.update', () => this.templates.rename(id, body, Date.now()));
  }

  @Delete(':template')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('template') id: string): void {
    this.reception.answer(request, reply, 'templates.delete', () => this.templates.remove(id));
  }

  @Post(VERSIONS)
  addVersion(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('template') id: string,
    @Body() body: unknown,
  ): void {
    this.reception.answer(request, reply, 'templates.versions.create', () =>
      this.templates.addVersion(id, body, Date.now()),
    );
  }

  @Get(`${VERSIONS}/:version`)
  oneVersion(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { template, version }: { template: string; version: string },
  ): void {
    this.reception.answer(request, reply, 'templates.versions.read', () =>
      this.templates.oneVersion(template, version),
    );
  }

  @Patch(`${VERSIONS}/:version`)
  changeVersion(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { template, version }: { template: string; version: string },
    @Body() body: unknown,
  ): void {
    this.reception.answer(request, reply, 'templates.versions.update', () =>
      this.templates.changeVersion(template, version, body, Date.now()),
    );
  }

  @Delete(`${VERSIONS}/:version`)
  removeVersion(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { template, version }: { template: string; version: string },
  ): void {
    this.reception.answer(request, reply, 'templates.versions.delete', () =>
      this.templates.removeVersion(template, version),
    );
  }

  @Post(`${VERSIONS}/:version/activate`)
  activate(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { template, version }: { template: string; version: string },
  ): void {
    this.reception.answer(request, reply, 'templates.versions.activate.create', () =>
      this.templates.activate(template, version),
    );
  }
}
