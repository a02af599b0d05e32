import { OtherEvents, SuppressionsService } from '#libs/delivery';
import { LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { UnsubscribeTokens } from './token.policy.ts';
import { unsubscribeConfig, unsubscribeKeysOf } from './unsubscribe.config.ts';
import { UnsubscribeController } from './unsubscribe.controller.ts';
import { UnsubscribeService } from './unsubscribe.service.ts';
import type { LinkMaker } from './unsubscribe-link.policy.ts';

/** How links of ours are made; undefined where they are not set up. */
export const LINKS = Symbol('unsubscribe links');

type Config = ConfigType<typeof unsubscribeConfig>;

const tokens = {
  provide: UnsubscribeTokens,
  inject: [unsubscribeConfig.KEY],
  useFactory: (config: Config) => new UnsubscribeTokens(unsubscribeKeysOf(config.UNSUBSCRIBE_KEY)),
};

const links = {
  provide: LINKS,
  inject: [unsubscribeConfig.KEY, UnsubscribeTokens],
  useFactory: (config: Config, own: UnsubscribeTokens): LinkMaker | undefined => {
    const { PUBLIC_URL: publicUrl, UNSUBSCRIBE_KEY: key, RECIPIENT_HASH_KEY: hashKey } = config;
    if (publicUrl === undefined || key === undefined) return undefined;
    return { tokens: own, publicUrl: new URL(publicUrl).href.replace(/\/$/, ''), hashKey };
  },
};

const service = {
  provide: UnsubscribeService,
  inject: [Publisher, LOGGER],
  useFactory: (publisher: Publisher, logger: Logger) =>
    new UnsubscribeService(publisher, new SuppressionsService(publisher), new OtherEvents(publisher, logger)),
};

/** The platform's own unsubscribe links, and where they lead. */
@Module({
  controllers: [UnsubscribeController],
  providers: [unsubscribeConfig.provider, tokens, links, service],
  exports: [LINKS],
})
export class UnsubscribeModule {}
