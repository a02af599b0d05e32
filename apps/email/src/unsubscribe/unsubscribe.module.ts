import { OtherEvents, SuppressionsService } from '#libs/delivery';
import { LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { EmailConfig } from '../email.config.ts';
import { UnsubscribeTokens } from './token.policy.ts';
import { unsubscribeKeysOf } from './unsubscribe.config.ts';
import { UnsubscribeController } from './unsubscribe.controller.ts';
import { UnsubscribeService } from './unsubscribe.service.ts';
import type { LinkMaker } from './unsubscribe-link.policy.ts';

/** How links of ours are made; undefined where they are not set up. */
export const LINKS = Symbol('unsubscribe links');

const tokens = {
  provide: UnsubscribeTokens,
  inject: [ConfigService],
  useFactory: (config: ConfigService<EmailConfig, true>) =>
    new UnsubscribeTokens(unsubscribeKeysOf(config.get('UNSUBSCRIBE_KEY'))),
};

const links = {
  provide: LINKS,
  inject: [ConfigService, UnsubscribeTokens],
  useFactory: (config: ConfigService<EmailConfig, true>, own: UnsubscribeTokens): LinkMaker | undefined => {
    const publicUrl: string | undefined = config.get('PUBLIC_URL');
    if (publicUrl === undefined || config.get('UNSUBSCRIBE_KEY') === undefined) return undefined;
    return {
      tokens: own,
      publicUrl: new URL(publicUrl).href.replace(/\/$/, ''),
      hashKey: config.get('RECIPIENT_HASH_KEY'),
    };
  },
};

const service = {
  provide: UnsubscribeService,
  inject: [Publisher, LOGGER],
  useFactory: (publisher: Publisher, logger: Logger) =>
    new UnsubscribeService(publisher, new SuppressionsService(publisher), new OtherEvents(publisher, logger)),
};

/** The platform's own unsubscribe links, and where they lead. */
@Module({ controllers: [UnsubscribeController], providers: [tokens, links, service], exports: [LINKS] })
export class UnsubscribeModule {}
