import { secret } from '#libs/contracts';
import { accessTokens, settingsGroup } from '#libs/runtime';

/** Settings of the operators' HTTP API. */
export const operatorSettings = {
  OPERATOR_TOKEN: secret(accessTokens)
    .optional()
    .describe(
      'Access token of this service’s operator API (suppressions, holds, explain), at least 16 characters. Several, ' +
        'separated by commas, are all accepted. Unset: the API is off.',
    ),
};
export const operatorConfig = settingsGroup('operator', operatorSettings);
