import { secret } from '#libs/contracts';
import { accessTokens, API_ACCESS } from './http/bearer.guard.ts';
import { made } from './made.ts';
import { settingsGroup } from './settings.ts';

/** Settings of the operators' HTTP API. */
export const operatorSettings = {
  OPERATOR_TOKEN: secret(accessTokens)
    .optional()
    .describe(
      'Access token of this service’s operator API (suppressions, holds, explain, restore), at least 16 characters. ' +
        'Several, separated by commas, are all accepted. Unset: the API is off.',
    ),
};
export const operatorConfig = settingsGroup('operator', operatorSettings);

/** The access of operators. BearerGuard needs it in a service's module, with `operatorConfig.provider`. */
export const operatorAccess = made(API_ACCESS, { config: operatorConfig.KEY }, ({ config }) => ({
  realm: 'operators',
  setting: 'OPERATOR_TOKEN',
  tokens: config.OPERATOR_TOKEN,
}));
