import { Body, Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { give } from '../gate/give.ts';
import { MessageStore } from '../inbox/message.store.ts';
import { CallbackService } from '../webhooks/callback.service.ts';
import { checkCallback } from './control.policy.ts';

/** Lets a test or person send a provider's event about a message. */
@Controller('_sandbox')
export class CallbackController {
  constructor(
    private readonly store: MessageStore,
    private readonly callbacks: CallbackService,
  ) {}

  @Post('callback')
  async callback(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const checked = checkCallback(body);
    if (!checked.ok) return give(reply, checked.refusal);
    const { id, ...free } = checked.value;
    const message = this.store.get(id) ?? this.store.ofProviderId(id)[0];
    if (!message)
      return give(reply, {
        status: 404,
        body: { errors: [{ field: 'id', message: 'there is no message with this id' }] },
      });
    give(reply, { status: 200, body: { webhook: (await this.callbacks.report(message, free)) ?? 'none' } });
  }
}
