import { OtherEvents, SuppressionsService } from '#libs/delivery';
import { made, tokenOf } from '#libs/runtime';
import { Publisher } from '#libs/transport';
import { UnsubscribeTokens } from './token.policy.ts';
import { unsubscribeConfig, unsubscribeKeysOf } from './unsubscribe.config.ts';
import { UnsubscribeService } from './unsubscribe.service.ts';
import type { LinkMaker } from './unsubscribe-link.policy.ts';

/** How to make our links; undefined where they are not configured. */
export const LINKS = tokenOf<LinkMaker | undefined>('unsubscribe links');

const config = unsubscribeConfig.KEY;

/** What the channel needs to insert our links into its mail. */
export const unsubscribeLinks = [
  unsubscribeConfig.provider,
  made(UnsubscribeTokens, { config }, ({ config }) => new UnsubscribeTokens(unsubscribeKeysOf(config.UNSUBSCRIBE_KEY))),
  made(LINKS, { config, tokens: UnsubscribeTokens }, ({ config, tokens }): LinkMaker | undefined => {
    const { PUBLIC_URL: publicUrl, UNSUBSCRIBE_KEY: key, RECIPIENT_HASH_KEY: hashKey } = config;
    if (publicUrl === undefined || key === undefined) return undefined;
    return { tokens, publicUrl: new URL(publicUrl).href.replace(/\/$/, ''), hashKey };
  }),
];

/** What UnsubscribeController, which serves the links, needs besides UnsubscribeTokens. */
export const unsubscribeService = made(
  UnsubscribeService,
  { publisher: Publisher, suppressions: SuppressionsService, otherEvents: OtherEvents },
  ({ publisher, suppressions, otherEvents }) => new UnsubscribeService(publisher, suppressions, otherEvents),
);
