import { secret } from '#libs/contracts';
import { accessTokens, API_ACCESS } from './http/bearer.guard.ts';
import { made } from './made.ts';
import { settingsGroup } from './settings.ts';

/** Settings of the internal ports, at both ends. */
export const internalAccessSettings = {
  INTERNAL_TOKEN: secret(accessTokens)
    .optional()
    .describe(
      'Token by which reporting asks email, sms and retry on their internal ports, at least 16 characters, the same ' +
        'in all four. Several, separated by commas, are all accepted, and reporting sends the first. Unset: the ' +
        'internal ports answer nothing but 404.',
    ),
};
export const internalAccessConfig = settingsGroup('internal access', internalAccessSettings);

/** Who may call an internal port. BearerGuard needs it in a service's module, with `internalAccessConfig.provider`. */
export const internalAccess = made(API_ACCESS, { config: internalAccessConfig.KEY }, ({ config }) => ({
  realm: 'internal',
  setting: 'INTERNAL_TOKEN',
  tokens: config.INTERNAL_TOKEN,
}));
